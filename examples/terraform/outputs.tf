output "version" {
  description = "Version of tunedrop"
  value       = local.release.version
}

output "stack" {
  description = "Outputs of the stack, such as BucketName and TopicArn"
  value       = aws_cloudformation_stack.tunedrop.outputs
}
