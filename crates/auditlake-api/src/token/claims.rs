//! What a token says about itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credential::CredentialKind;

/// What a token says about itself; read, not verified, as only the service can.
///
/// Source: Microsoft identity platform, "Access token claims reference".
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct TokenClaims {
    /// The granted application permissions, such as `ActivityFeed.Read`.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The tenant's GUID.
    #[serde(rename = "tid")]
    pub tenant_id: Option<String>,
    /// The API that the token is for.
    #[serde(rename = "aud")]
    pub audience: Option<String>,
    /// The client id.
    #[serde(rename = "appid")]
    pub app_id: Option<String>,
}

impl TokenClaims {
    /// The claims of a JSON web token (RFC 7519); `None` when it is something else.
    pub(crate) fn read(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }
}

/// What is known about the current token, for the test of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenInfo {
    /// The credential that it was given for.
    pub credential: CredentialKind,
    /// When it ends.
    pub expires: Timestamp,
    /// The granted application permissions; empty for a token that cannot be read.
    pub roles: Vec<String>,
    /// The tenant's GUID, by the token.
    pub tenant_id: Option<String>,
    /// The API that the token is for.
    pub audience: Option<String>,
    /// The client id, by the token.
    pub app_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_from_a_json_web_token() {
        let payload = URL_SAFE_NO_PAD
            .encode(r#"{"roles":["ActivityFeed.Read"],"tid":"t","aud":"https://a"}"#);
        let claims = TokenClaims::read(&format!("e30.{payload}.sig")).unwrap();
        assert_eq!(claims.roles, ["ActivityFeed.Read"]);
        assert_eq!(
            (claims.tenant_id.as_deref(), claims.audience.as_deref()),
            (Some("t"), Some("https://a"))
        );
        assert_eq!(TokenClaims::read("opaque"), None);
    }
}
