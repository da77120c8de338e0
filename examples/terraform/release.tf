# What the release holds. No provider is needed for this file.

locals {
  release = jsondecode(file("${var.release}/release.json"))
  prefix  = "${var.artifact_prefix}${local.release.version}/"

  # The zips of the functions, and the template: the hash of each file by its name.
  files = {
    for file in local.release.files : file.name => file.sha256
    if file.kind == "template" || (file.kind == "function" && try(file.architecture, "") == var.architecture)
  }

  parameters = merge(var.parameters, {
    Architecture   = var.architecture
    ArtifactBucket = var.artifact_bucket
    ArtifactPrefix = local.prefix
  })
}
