# Creates an Airbyte source and connection for each shard, with Airbyte's Terraform provider in version 1.0 or later.
terraform {
  required_version = ">= 1.5"
  required_providers {
    airbyte = {
      source  = "airbytehq/airbyte"
      version = "~> 1.0"
    }
  }
}

variable "workers" {
  description = "How many shards there are. If you change the number, all of them are created again and read from the start."
  type        = number
  default     = 3
}

variable "config" {
  description = "The configuration of a single sync, as JSON, with the requests_per_second of the app."
  type        = string
  sensitive   = true
}

variable "workspace_id" {
  type = string
}

variable "definition_id" {
  description = "The connector's definition in the workspace."
  type        = string
}

variable "destination_id" {
  type = string
}

locals {
  # The number of shards is part of each name, so another number makes new connections. If ad accounts moved to a
  # connection that kept its state, their history would be missing in its namespace.
  shards = { for index in range(var.workers) : "${index}_of_${var.workers}" => { index = index, count = var.workers } }
}

resource "airbyte_source" "shard" {
  for_each      = local.shards
  name          = "TikTok Ads ${each.key}"
  workspace_id  = var.workspace_id
  definition_id = var.definition_id
  configuration = jsonencode(merge(jsondecode(var.config), { shard = each.value }))
}

# Each shard has a namespace of its own. Two connections must not write to one table, as a full refresh of one deletes the
# rows of the other.
resource "airbyte_connection" "shard" {
  for_each             = local.shards
  name                 = "TikTok Ads ${each.key}"
  source_id            = airbyte_source.shard[each.key].source_id
  destination_id       = var.destination_id
  namespace_definition = "custom_format"
  namespace_format     = "tiktok_${each.key}"
  schedule = {
    schedule_type = "cron"
    # Airbyte ignores a cron expression without a time zone.
    cron_expression = "0 30 3 * * ? UTC"
  }
}
