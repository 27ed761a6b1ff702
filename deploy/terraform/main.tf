# An example: the app registration that reads the audit records, and a bucket for the lake with the least permissions.
# An administrator applies it; the consent for the two permissions is part of it. The credential is federated (workload
# identity), so that no secret is in the state. Versions are those that the example was written for.
terraform {
  required_version = ">= 1.5"
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "bucket" {
  description = "Name of the bucket; it must not exist."
  type        = string
}

variable "lake_prefix" {
  description = "Where in the bucket the lake is."
  type        = string
  default     = "lake"
}

variable "oidc_issuer" {
  description = "Issuer of the cluster's service account tokens, https://…"
  type        = string
}

variable "oidc_provider_arn" {
  description = "ARN of the same issuer as an identity provider of the AWS account."
  type        = string
}

variable "service_account" {
  description = "Kubernetes service account, NAMESPACE:NAME."
  type        = string
  default     = "auditlake:auditlake"
}

locals {
  issuer_host = trimprefix(var.oidc_issuer, "https://")
  subject     = "system:serviceaccount:${var.service_account}"
}

# Office 365 Management APIs, the same application in every tenant.
data "azuread_service_principal" "management" {
  client_id = "c5393580-f805-4401-95e8-94b7a6ef2fc2"
}

locals {
  # ActivityFeed.ReadDlp is for DLP.All alone; without it that content type is named as a gap.
  permissions = ["ActivityFeed.Read", "ActivityFeed.ReadDlp"]
}

resource "azuread_application" "auditlake" {
  display_name     = "auditlake"
  sign_in_audience = "AzureADMyOrg"

  required_resource_access {
    resource_app_id = data.azuread_service_principal.management.client_id

    dynamic "resource_access" {
      for_each = local.permissions
      content {
        id   = data.azuread_service_principal.management.app_role_ids[resource_access.value]
        type = "Role"
      }
    }
  }
}

resource "azuread_service_principal" "auditlake" {
  client_id = azuread_application.auditlake.client_id
}

# The consent of an administrator.
resource "azuread_app_role_assignment" "consent" {
  for_each            = toset(local.permissions)
  app_role_id         = data.azuread_service_principal.management.app_role_ids[each.value]
  principal_object_id = azuread_service_principal.auditlake.object_id
  resource_object_id  = data.azuread_service_principal.management.object_id
}

resource "azuread_application_federated_identity_credential" "cluster" {
  application_id = azuread_application.auditlake.id
  display_name   = "auditlake"
  issuer         = var.oidc_issuer
  subject        = local.subject
  audiences      = ["api://AzureADTokenExchange"]
}

resource "aws_s3_bucket" "lake" {
  bucket = var.bucket
}

resource "aws_s3_bucket_public_access_block" "lake" {
  bucket                  = aws_s3_bucket.lake.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# The very policy of docs/guides/stores.md.
data "aws_iam_policy_document" "lake" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.lake.arn]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${var.lake_prefix}/*"]
    }
  }
  statement {
    actions   = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.lake.arn}/${var.lake_prefix}/*"]
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.oidc_provider_arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer_host}:sub"
      values   = [local.subject]
    }
    condition {
      test     = "StringEquals"
      variable = "${local.issuer_host}:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "auditlake" {
  name               = "auditlake"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "lake" {
  name   = "lake"
  role   = aws_iam_role.auditlake.id
  policy = data.aws_iam_policy_document.lake.json
}

output "client_id" {
  description = "`client_id` of the connection."
  value       = azuread_application.auditlake.client_id
}

output "lake" {
  description = "For --lake."
  value       = "s3://${aws_s3_bucket.lake.id}/${var.lake_prefix}"
}

output "role_arn" {
  description = "For the annotation eks.amazonaws.com/role-arn."
  value       = aws_iam_role.auditlake.arn
}
