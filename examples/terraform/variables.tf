variable "release" {
  description = "Folder with the files of a release: release.json, template.json and the functions' zips"
  type        = string
}

variable "stack_name" {
  description = "Name of the stack. The names of its bus, log groups and dashboard begin with it."
  type        = string
  default     = "tunedrop"
}

variable "architecture" {
  description = "Processor of the functions"
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture is arm64 or x86_64."
  }
}

variable "artifact_bucket" {
  description = "Bucket for the template and the zips. It must exist, in the Region of the stack."
  type        = string
}

variable "artifact_prefix" {
  description = "Prefix in artifact_bucket. It ends in a slash. The version is added to it."
  type        = string
  default     = "tunedrop/"
}

variable "parameters" {
  description = "Parameters of the stack, as in docs/parameters.md. Those that are not set have the template's defaults."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.parameters), ["Architecture", "ArtifactBucket", "ArtifactPrefix"])) == 0
    error_message = "Set architecture, artifact_bucket and artifact_prefix instead of these parameters."
  }
}

variable "tags" {
  description = "Tags of the stack. CloudFormation gives them to the stack's resources."
  type        = map(string)
  default     = {}
}
