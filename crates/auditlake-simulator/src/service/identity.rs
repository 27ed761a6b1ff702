//! Tokens of a managed identity: the two endpoints that a virtual machine and App Service have, and the documented form
//! of their answers (Microsoft, "How to use managed identities for Azure resources on an Azure VM to acquire an access
//! token"; "How to use managed identities for App Service and Azure Functions").

use serde_json::{Value, json};

use super::reply::Reply;
use super::route::TokenForm;
use super::token::{Audience, Grant};
use super::{Call, Service, Tenant};
use crate::config::IDENTITY_HEADER;

/// The version of the instance metadata service that has managed identities.
const METADATA_VERSION: &str = "2018-02-01";

/// The version of the App Service endpoint that has `X-IDENTITY-HEADER`.
const APP_SERVICE_VERSION: &str = "2019-08-01";

impl Service {
    pub(super) fn issue_to_identity(&self, call: &Call, form: TokenForm) -> Result<Reply, Reply> {
        let app_service = form == TokenForm::AppService;
        check_get(call)?;
        if app_service {
            check_app_service(call)?;
        } else {
            check_metadata(call)?;
        }
        let tenant = self
            .tenant(&call.route.tenant_id)
            .ok_or_else(|| refused(400, "invalid_request", "Identity not found"))?;
        check_identity(tenant, call)?;
        let (resource, audience) = self.check_identity_resource(call)?;
        let grant = self.grant(tenant, call, "2", audience);
        Ok(Reply::json(
            200,
            &shown(&grant, tenant, resource, app_service),
        ))
    }

    fn check_identity_resource<'a>(&self, call: &'a Call) -> Result<(&'a str, Audience), Reply> {
        let missing = || {
            refused(
                400,
                "invalid_request",
                "Required query variable 'resource' is missing",
            )
        };
        let resource = call.query.get("resource").ok_or_else(missing)?;
        if let Some(audience) = self.audience(resource.trim_end_matches('/')) {
            return Ok((resource, audience));
        }
        let text = format!(
            "AADSTS500011: The resource principal named {resource} was not found in the tenant."
        );
        Err(refused(400, "invalid_resource", &text))
    }
}

fn shown(grant: &Grant, tenant: &Tenant, resource: &str, app_service: bool) -> Value {
    let mut body = json!({
        "access_token": grant.token, "client_id": tenant.config.client_id,
        "expires_on": grant.expires.as_second().to_string(), "resource": resource, "token_type": "Bearer",
    });
    if !app_service {
        body["expires_in"] = json!(grant.seconds().to_string());
        body["ext_expires_in"] = json!(grant.seconds().to_string());
        body["not_before"] = json!(grant.issued.as_second().to_string());
    }
    body
}

fn check_get(call: &Call) -> Result<(), Reply> {
    if call.method == axum::http::Method::GET {
        return Ok(());
    }
    Err(refused(405, "method_not_allowed", "Only GET is allowed"))
}

fn check_metadata(call: &Call) -> Result<(), Reply> {
    let asked = header(call, "metadata").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if !asked {
        return Err(refused(
            400,
            "invalid_request",
            "Required metadata header not specified",
        ));
    }
    if call.headers.contains_key("x-forwarded-for") {
        return Err(refused(
            400,
            "invalid_request",
            "Requests with X-Forwarded-For are refused",
        ));
    }
    check_version(call, METADATA_VERSION)
}

fn check_app_service(call: &Call) -> Result<(), Reply> {
    if header(call, "x-identity-header") != Some(IDENTITY_HEADER) {
        let body = json!({"statusCode": 401, "message": "X-IDENTITY-HEADER is missing or wrong"});
        return Err(Reply::json(401, &body));
    }
    check_version(call, APP_SERVICE_VERSION)
}

fn check_version(call: &Call, version: &str) -> Result<(), Reply> {
    if call.query.get("api-version") == Some(version) {
        return Ok(());
    }
    Err(refused(
        400,
        "invalid_request",
        "The requested version is not supported",
    ))
}

/// Without `client_id` it is the system-assigned identity, which is the tenant's application too.
fn check_identity(tenant: &Tenant, call: &Call) -> Result<(), Reply> {
    match call.query.get("client_id") {
        Some(id) if !id.eq_ignore_ascii_case(&tenant.config.client_id) => {
            Err(refused(400, "invalid_request", "Identity not found"))
        }
        _ => Ok(()),
    }
}

fn header<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.headers.get(name)?.to_str().ok()
}

fn refused(status: u16, error: &str, text: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": text}))
}
