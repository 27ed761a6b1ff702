//! The token endpoint in both versions, and the check of tokens.
//!
//! Tokens look like JWTs and are not signed: the service only knows the ones it issued.

use std::collections::HashMap;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::query::Query;
use super::reply::Reply;
use super::route::TokenForm;
use super::{Call, Service, Tenant, locked};
use crate::ContentType;

/// Role that every feed call needs.
const READ: &str = "ActivityFeed.Read";

/// Role that `DLP.All` needs.
const READ_DLP: &str = "ActivityFeed.ReadDlp";

/// Role that the Service Communications API needs.
const READ_HEALTH: &str = "ServiceHealth.Read";

/// The number of a JWT bearer assertion (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a token stands for.
#[derive(Debug)]
pub(super) struct Issued {
    tenant_id: String,
    expires: Timestamp,
    audience: Audience,
}

/// The API that a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// The Management Activity API, at the simulator's origin.
    Management,
    /// Microsoft Graph, below it.
    Graph,
}

/// A token that was just issued.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) token: String,
    pub(super) issued: Timestamp,
    pub(super) expires: Timestamp,
}

impl Grant {
    /// Its lifetime.
    pub(super) fn seconds(&self) -> i64 {
        self.expires.as_second() - self.issued.as_second()
    }
}

impl Service {
    pub(super) fn issue_token(&self, call: &Call) -> Result<Reply, Reply> {
        let form = Query::parse(&String::from_utf8_lossy(&call.body));
        let tenant_id = &call.route.tenant_id;
        let form_of_answer = match call.route.token {
            Some(form @ (TokenForm::InstanceMetadata | TokenForm::AppService)) => {
                return self.issue_to_identity(call, form);
            }
            other => other.unwrap_or(TokenForm::V2),
        };
        let tenant = self
            .tenant(tenant_id)
            .ok_or_else(|| self.no_tenant(tenant_id))?;
        self.check_grant(&form)?;
        let proof = self.check_client(tenant, &form, &call.path)?;
        let audience = self.check_resource(&form, form_of_answer)?;
        let grant = self.grant(tenant, call, proof, audience);
        Ok(self.shown_grant(&grant, form_of_answer, audience))
    }

    /// The tenant the request is for, if the token is for it too.
    pub(super) fn authorize(&self, call: &Call) -> Result<&Tenant, Reply> {
        let wanted = &call.route.tenant_id;
        if uuid::Uuid::try_parse(wanted).is_err() {
            return Err(Reply::refused(
                "AF20013",
                format!("The tenant ID passed in the URL ({wanted}) is not a valid GUID."),
            ));
        }
        let tokens = locked(&self.tokens);
        let issued = self.good(&tokens, &call.headers, Audience::Management);
        let granted = &issued.ok_or_else(Reply::unauthorized)?.tenant_id;
        if !granted.eq_ignore_ascii_case(wanted) {
            let message = format!(
                "The tenant ID passed in the URL ({wanted}) does not match the tenant ID passed in the access token ({granted})."
            );
            return Err(Reply::refused("AF20010", message));
        }
        let unknown = || {
            Reply::refused(
                "AF20011",
                format!(
                    "Specified tenant ID ({wanted}) does not exist in the system or has been deleted."
                ),
            )
        };
        self.tenant(wanted).ok_or_else(unknown)
    }

    /// The tenant that a good token for this API is for.
    pub(super) fn bearer(&self, call: &Call, audience: Audience) -> Option<&Tenant> {
        let tokens = locked(&self.tokens);
        let issued = self.good(&tokens, &call.headers, audience)?;
        self.tenant(&issued.tenant_id)
    }

    /// The tenant that the request's token is for, good or not.
    pub(super) fn tenant_of_token(&self, headers: &HeaderMap) -> Option<String> {
        let tokens = locked(&self.tokens);
        let issued = tokens.get(token_of(headers)?)?;
        Some(issued.tenant_id.clone())
    }

    fn good<'a>(
        &self,
        tokens: &'a HashMap<String, Issued>,
        headers: &HeaderMap,
        audience: Audience,
    ) -> Option<&'a Issued> {
        let issued = tokens.get(token_of(headers)?)?;
        let good = self.clock.now() < issued.expires && issued.audience == audience;
        good.then_some(issued)
    }

    /// What a token for the API is asked for, without `/.default`.
    fn resource(&self, audience: Audience) -> String {
        match audience {
            Audience::Management => self.origin.clone(),
            Audience::Graph => format!("{}/{}", self.origin, super::graph::ROOT),
        }
    }

    /// The API of this resource.
    pub(super) fn audience(&self, resource: &str) -> Option<Audience> {
        let known = [Audience::Management, Audience::Graph];
        known
            .into_iter()
            .find(|audience| self.resource(*audience) == resource)
    }

    /// A new token; `proof` is the claim `appidacr`: 1 for a secret, 2 for an assertion.
    pub(super) fn grant(
        &self,
        tenant: &Tenant,
        call: &Call,
        proof: &str,
        audience: Audience,
    ) -> Grant {
        let issued = self.clock.now();
        let expires = issued + call.token_lifetime.unwrap_or(self.token_lifetime);
        let token = self.jwt(tenant, (issued, expires), proof, audience);
        let known = Issued {
            tenant_id: tenant.config.tenant_id.clone(),
            expires,
            audience,
        };
        locked(&self.tokens).insert(token.clone(), known);
        Grant {
            token,
            issued,
            expires,
        }
    }

    fn shown_grant(&self, grant: &Grant, form: TokenForm, audience: Audience) -> Reply {
        let seconds = grant.seconds();
        let mut body = json!({
            "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": grant.token,
        });
        if form == TokenForm::V1 {
            // Version 1 writes its numbers as strings.
            body["expires_in"] = json!(seconds.to_string());
            body["ext_expires_in"] = json!(seconds.to_string());
            body["expires_on"] = json!(grant.expires.as_second().to_string());
            body["not_before"] = json!(grant.issued.as_second().to_string());
            body["resource"] = json!(self.resource(audience));
        }
        Reply::json(200, &body)
    }

    fn jwt(
        &self,
        tenant: &Tenant,
        (now, expires): (Timestamp, Timestamp),
        proof: &str,
        audience: Audience,
    ) -> String {
        let config = &tenant.config;
        let issuer = format!("https://sts.windows.net/{}/", config.tenant_id);
        let claims = json!({
            "aud": self.resource(audience), "iss": issuer, "idp": issuer, "ver": "1.0", "tid": config.tenant_id,
            "iat": now.as_second(), "nbf": now.as_second(), "exp": expires.as_second(),
            "roles": roles(tenant, audience), "appid": config.client_id, "appidacr": proof,
            "oid": config.client_id, "sub": config.client_id, "uti": uuid::Uuid::new_v4().simple().to_string(),
        });
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        format!(
            "{}.{}.c2ltdWxhdGVk",
            encode(&json!({"typ": "JWT", "alg": "none"})),
            encode(&claims)
        )
    }

    fn check_grant(&self, form: &Query) -> Result<(), Reply> {
        match form.get("grant_type") {
            Some("client_credentials") => Ok(()),
            Some(other) => {
                let text = format!("The app requested an unsupported grant type '{other}'.");
                Err(self.oauth_error(400, "unsupported_grant_type", 70003, &text))
            }
            None => Err(self.missing("grant_type")),
        }
    }

    /// How the client has proved itself, see [`Service::grant`].
    fn check_client(
        &self,
        tenant: &Tenant,
        form: &Query,
        path: &str,
    ) -> Result<&'static str, Reply> {
        let client_id = form
            .get("client_id")
            .ok_or_else(|| self.missing("client_id"))?;
        let config = &tenant.config;
        if !client_id.eq_ignore_ascii_case(&config.client_id) {
            let text = format!(
                "Application with identifier '{client_id}' was not found in the directory '{}'.",
                config.tenant_id
            );
            return Err(self.oauth_error(400, "unauthorized_client", 700_016, &text));
        }
        if form.get("client_assertion_type") == Some(JWT_BEARER) {
            let endpoint = format!("{}{path}", self.origin);
            self.check_assertion(tenant, form.get("client_assertion"), &endpoint)?;
            return Ok("2");
        }
        let secret = form.get("client_secret").ok_or_else(|| {
            let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
            self.oauth_error(401, "invalid_client", 7_000_218, text)
        })?;
        if secret == config.client_secret {
            return Ok("1");
        }
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
             not the client secret ID, for a secret added to app '{client_id}'."
        );
        Err(self.oauth_error(401, "invalid_client", 7_000_215, &text))
    }

    fn check_resource(&self, form: &Query, version: TokenForm) -> Result<Audience, Reply> {
        let (name, end) = match version {
            TokenForm::V1 => ("resource", ""),
            _ => ("scope", "/.default"),
        };
        let given = form.get(name).ok_or_else(|| self.missing(name))?;
        let resource = given.strip_suffix(end);
        if let Some(audience) = resource.and_then(|resource| self.audience(resource)) {
            return Ok(audience);
        }
        let text = format!("The resource principal named {given} was not found in the tenant.");
        Err(self.oauth_error(400, "invalid_resource", 500_011, &text))
    }

    pub(super) fn missing(&self, name: &str) -> Reply {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        self.oauth_error(400, "invalid_request", 900_144, &text)
    }

    fn no_tenant(&self, tenant_id: &str) -> Reply {
        let text = format!(
            "Tenant '{tenant_id}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        );
        self.oauth_error(400, "invalid_request", 90002, &text)
    }

    pub(super) fn oauth_error(&self, status: u16, error: &str, code: u32, text: &str) -> Reply {
        let time = self.clock.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let id = uuid::Uuid::new_v4().to_string();
        let body = json!({
            "error": error,
            "error_description": format!("AADSTS{code}: {text} Trace ID: {id} Correlation ID: {id} Timestamp: {time}"),
            "error_codes": [code], "timestamp": time, "trace_id": id, "correlation_id": id,
            "error_uri": format!("{}/error?code={code}", self.origin),
        });
        Reply::json(status, &body)
    }
}

/// What the request carries behind `Bearer`.
fn token_of(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get("authorization")?.to_str().ok()?;
    header.strip_prefix("Bearer ")
}

fn roles(tenant: &Tenant, audience: Audience) -> Vec<&str> {
    if audience == Audience::Graph {
        return tenant
            .config
            .graph_roles
            .iter()
            .map(String::as_str)
            .collect();
    }
    let dlp = tenant.config.dlp_permission.then_some(READ_DLP);
    let health = tenant.config.service_health_role;
    let health = health.then_some(READ_HEALTH);
    [READ].into_iter().chain(dlp).chain(health).collect()
}

/// `DLP.All` needs a role of its own. The message is the reported one, with the role's name in it.
pub(super) fn check_permission(tenant: &Tenant, content_type: ContentType) -> Result<(), Reply> {
    if content_type != ContentType::Dlp || tenant.config.dlp_permission {
        return Ok(());
    }
    let message = format!(
        "The permission set ({}) sent in the request does not include the expected permission {READ_DLP}.",
        roles(tenant, Audience::Management).join(" ")
    );
    Err(Reply::refused_as(401, "AF10001", message))
}

/// The same for a token that lacks it though the application has it.
pub(super) fn missing_permission() -> Reply {
    let message = format!(
        "The permission set ({READ}) sent in the request does not include the expected permission {READ_DLP}."
    );
    Reply::refused_as(401, "AF10001", message)
}
