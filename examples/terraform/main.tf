data "aws_s3_bucket" "artifacts" {
  bucket = var.artifact_bucket
}

resource "aws_s3_object" "artifact" {
  for_each = local.files

  bucket = data.aws_s3_bucket.artifacts.id
  key    = "${local.prefix}${each.key}"
  source = "${var.release}/${each.key}"

  # Uploads a file again when its content changes.
  source_hash = each.value
}

resource "aws_cloudformation_stack" "tunedrop" {
  name = var.stack_name
  # A new version has a new prefix, and so a new address: Terraform doesn't look at the content behind it.
  template_url = "https://${data.aws_s3_bucket.artifacts.bucket_regional_domain_name}/${aws_s3_object.artifact["template.json"].key}"
  parameters   = local.parameters
  capabilities = ["CAPABILITY_IAM"]
  tags         = var.tags

  # A failed creation deletes what it created, but the table.
  on_failure = "ROLLBACK"

  # CloudFormation reads the zips while it creates the functions.
  depends_on = [aws_s3_object.artifact]

  timeouts {
    create = "30m"
    update = "60m"
    delete = "30m"
  }

  lifecycle {
    # The bucket and the ledger stay when the stack is deleted. A new stack would start with empty ones.
    prevent_destroy = true
  }
}
