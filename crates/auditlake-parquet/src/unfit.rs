//! Why a lake cannot be used, by what its owner can do about it.

use std::fmt;

use url::Url;

use crate::store::Platform;

/// A lake that cannot be used, as [`Lake::probe`](crate::Lake::probe) found it.
///
/// It has no source: what a store says in full may repeat a session token, so only the status, the
/// code and the message of its answer are kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the lake `{lake}` cannot be used: {lack}{}", in_brackets(told.as_deref()))]
pub struct Unfit {
    /// The lake's address.
    pub lake: Url,
    /// What it lacks.
    pub lack: Lack,
    /// The store's own words, if it said anything.
    pub told: Option<String>,
    pub(crate) platform: Platform,
}

/// What a lake lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lack {
    /// Nothing answers, or what answers is out of order. It may be well again later.
    #[error("the store cannot be reached")]
    Reach,
    /// The address is plain http, which must be allowed explicitly.
    #[error("its endpoint is plain http, which is not allowed")]
    Encryption,
    /// The bucket or container is not there.
    #[error("its bucket or container does not exist")]
    Bucket,
    /// The bucket is elsewhere.
    #[error("its bucket is in another region")]
    Region,
    /// No credentials were given, and the machine has no identity.
    #[error("no credentials were given, and this machine has none of its own")]
    Credentials,
    /// The credentials are wrong, have ended, or are those of somebody else.
    #[error("the store does not accept the credentials")]
    ValidCredentials,
    /// The credentials are good, but not for this.
    #[error("the credentials may not {0}")]
    Permission(Access),
    /// The store would overwrite an object instead of refusing to create it a second time.
    #[error("the store does not refuse to create an object twice (no conditional put)")]
    ConditionalPut,
    /// Something else, which the store's words may explain.
    #[error("an attempt to {0} failed")]
    Else(Access),
}

/// What is done with objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Create an object that is not there.
    Create,
    /// Read an object.
    Read,
    /// List the objects below a path.
    List,
    /// Delete an object.
    Delete,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create objects",
            Self::Read => "read objects",
            Self::List => "list objects",
            Self::Delete => "delete objects",
        })
    }
}

impl Unfit {
    /// Whether it may work later without anybody changing a setting.
    pub fn is_unreachable(&self) -> bool {
        self.lack == Lack::Reach
    }

    /// What can be done about it.
    pub fn hint(&self) -> &'static str {
        match self.lack {
            Lack::Reach => reach_hint(self.platform),
            Lack::Encryption => encryption_hint(self.platform),
            Lack::Bucket => bucket_hint(self.platform),
            Lack::Region => "set AWS_REGION to the bucket's region",
            Lack::Credentials | Lack::ValidCredentials => credentials_hint(self.platform),
            Lack::Permission(access) => permission_hint(self.platform, access),
            Lack::ConditionalPut => {
                "a lake needs a store that honours `If-None-Match: *` (x-goog-if-generation-match at Google); \
                 without it two runs could overwrite each other's files; if AWS_CONDITIONAL_PUT is set, unset it"
            }
            Lack::Else(_) => "docs/guides/stores.md says what a lake needs of its store",
        }
    }
}

fn in_brackets(told: Option<&str>) -> String {
    told.map(|told| format!(" ({told})")).unwrap_or_default()
}

fn reach_hint(platform: Platform) -> &'static str {
    match platform {
        Platform::S3 => "look at AWS_REGION, AWS_ENDPOINT_URL, the network and the proxy",
        Platform::Azure => {
            "look at the storage account's name, AZURE_STORAGE_ENDPOINT, the network and the proxy"
        }
        Platform::Google => "look at the network and the proxy",
        Platform::Local => "look at the disk",
    }
}

fn encryption_hint(platform: Platform) -> &'static str {
    match platform {
        Platform::Azure => "use https, or set AZURE_ALLOW_HTTP=true for a store of your own",
        Platform::Google => "use https, or set GOOGLE_ALLOW_HTTP=true for a store of your own",
        _ => "use https, or set AWS_ALLOW_HTTP=true for a store of your own",
    }
}

fn bucket_hint(platform: Platform) -> &'static str {
    match platform {
        Platform::S3 => {
            "create the bucket, or correct its name, AWS_REGION or AWS_ENDPOINT_URL; it is never made for you"
        }
        Platform::Azure => {
            "create the container, or correct its name or the storage account's; it is never made for you"
        }
        _ => "create it, or correct its name; it is never made for you",
    }
}

fn credentials_hint(platform: Platform) -> &'static str {
    match platform {
        Platform::S3 => {
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN if they are temporary), or run \
             with a role; profiles of ~/.aws are not read"
        }
        Platform::Azure => {
            "set AZURE_STORAGE_ACCOUNT_NAME with AZURE_STORAGE_ACCOUNT_KEY, a client's or workload's identity, or \
             AZURE_USE_AZURE_CLI=true; or run with a managed identity"
        }
        Platform::Google => {
            "set GOOGLE_APPLICATION_CREDENTIALS to a credentials file, or run with a service account"
        }
        Platform::Local => "run as a user who may write there",
    }
}

fn permission_hint(platform: Platform, access: Access) -> &'static str {
    match (platform, access) {
        (Platform::S3, Access::Create) => {
            "allow s3:PutObject on the lake's objects (and kms:GenerateDataKey for an encrypted bucket)"
        }
        (Platform::S3, Access::Read) => {
            "allow s3:GetObject on the lake's objects (and kms:Decrypt for an encrypted bucket)"
        }
        (Platform::S3, Access::List) => "allow s3:ListBucket on the bucket",
        (Platform::S3, Access::Delete) => "allow s3:DeleteObject on the lake's objects",
        (Platform::Azure, _) => {
            "give it the role Storage Blob Data Contributor on the container (a SAS needs `rcwdl`)"
        }
        (Platform::Google, _) => "give it the role Storage Object User on the bucket",
        (Platform::Local, _) => "run as a user who may write there",
    }
}
