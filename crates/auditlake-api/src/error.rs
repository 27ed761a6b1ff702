//! What went wrong, told so that a caller can act on it and a person can see why.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::content::Window;
use crate::token::UNREACHABLE;

/// What a caller can do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No token could be had, or the service does not accept it: wrong secret, client id, tenant or cloud.
    Credentials,
    /// The token is good, but lacks a permission.
    Permission,
    /// No enabled subscription (AF20022, AF20023), or auditing is off in the tenant (AF20011).
    Disabled,
    /// The content is past its seven days (AF20051).
    Expired,
    /// The content does not exist (AF20050, HTTP 404).
    NotFound,
    /// The service, or this client before it, finds the request wrong.
    BadRequest,
    /// An address outside the API's own origin and the hosts of its cloud; it was not fetched.
    RefusedUri,
    /// The body is larger than the configured limit.
    TooLarge,
    /// The body is not what was asked for, or was cut short each time.
    Malformed,
    /// Still throttled when the retries were used up.
    Throttled,
    /// The service failed each time (HTTP 5xx, AF50000).
    Unavailable,
    /// No answer: connection, TLS, or time.
    Network,
    /// The configuration cannot work.
    Config,
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Building the client.
    Configure,
    /// Asking the authority for a token.
    AcquireToken,
    /// `GET subscriptions/list`.
    ListSubscriptions,
    /// `POST subscriptions/start`.
    StartSubscription,
    /// `POST subscriptions/stop`.
    StopSubscription,
    /// `GET subscriptions/content`.
    ListContent,
    /// `GET` of a `contentUri`.
    FetchBlob,
    /// `GET subscriptions/notifications`.
    ListNotifications,
    /// `GET resources/dlpSensitiveTypes`.
    ListSensitiveTypes,
    /// Graph, `POST security/auditLog/queries`.
    CreateAuditQuery,
    /// Graph, `GET security/auditLog/queries/{id}`.
    ReadAuditQuery,
    /// Graph, `GET security/auditLog/queries`.
    ListAuditQueries,
    /// Graph, `GET security/auditLog/queries/{id}/records`.
    ListAuditRecords,
    /// Graph, `GET admin/serviceAnnouncement/healthOverviews` and `…/issues`.
    ReadServiceHealth,
    /// Graph, `GET admin/serviceAnnouncement/messages`.
    ReadServiceMessages,
    /// `GET ServiceComms/{operation}`, the retired API.
    ReadServiceCommunications,
}

impl Operation {
    /// The application permission that the operation needs, where errors do not name it themselves, as those of the
    /// Management Activity API do: of Microsoft Graph, and of the Service Communications API.
    ///
    /// Source: the pages of the operations in the Microsoft Graph v1.0 reference, section "Permissions".
    pub fn permission(self) -> Option<&'static str> {
        match self {
            Self::CreateAuditQuery
            | Self::ReadAuditQuery
            | Self::ListAuditQueries
            | Self::ListAuditRecords => Some("AuditLogsQuery.Read.All"),
            Self::ReadServiceHealth => Some("ServiceHealth.Read.All"),
            Self::ReadServiceMessages => Some("ServiceMessage.Read.All"),
            Self::ReadServiceCommunications => Some("ServiceHealth.Read"),
            _ => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configure => "cannot use the configuration",
            Self::AcquireToken => "cannot acquire a token",
            Self::ListSubscriptions => "cannot list subscriptions",
            Self::StartSubscription => "cannot start the subscription",
            Self::StopSubscription => "cannot stop the subscription",
            Self::ListContent => "cannot list content",
            Self::FetchBlob => "cannot fetch a content blob",
            Self::ListNotifications => "cannot list notifications",
            Self::ListSensitiveTypes => "cannot list sensitive types",
            Self::CreateAuditQuery => "cannot create an audit search",
            Self::ReadAuditQuery => "cannot look after the audit search",
            Self::ListAuditQueries => "cannot list audit searches",
            Self::ListAuditRecords => "cannot fetch records of the audit search",
            Self::ReadServiceHealth => "cannot read the services' health",
            Self::ReadServiceMessages => "cannot read service messages",
            Self::ReadServiceCommunications => "cannot read service communications",
        })
    }
}

/// What an operation was about.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) operation: Operation,
    pub(crate) content_type: Option<String>,
    pub(crate) window: Option<Window>,
    pub(crate) content_id: Option<String>,
}

impl Context {
    pub(crate) const fn new(operation: Operation) -> Self {
        Self {
            operation,
            content_type: None,
            window: None,
            content_id: None,
        }
    }

    pub(crate) fn about(operation: Operation, content_type: impl Into<String>) -> Self {
        Self {
            content_type: Some(content_type.into()),
            ..Self::new(operation)
        }
    }

    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        let mut error = Error::new(kind, self.operation, message);
        error.0.context = self.clone();
        error
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.operation)?;
        if let Some(content_type) = &self.content_type {
            write!(f, " of `{content_type}`")?;
        }
        if let Some(window) = &self.window {
            write!(f, " from `{}` to `{}`", window.start, window.end)?;
        }
        if let Some(content_id) = &self.content_id {
            write!(f, " `{content_id}`")?;
        }
        Ok(())
    }
}

/// A failed operation: what was done, what the service said, and what kind of failure it is.
///
/// Neither `Display` nor `Debug` holds a secret or a token.
#[derive(Debug, Clone)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone)]
struct Details {
    kind: ErrorKind,
    context: Context,
    status: Option<u16>,
    code: Option<String>,
    message: String,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, operation: Operation, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            context: Context::new(operation),
            status: None,
            code: None,
            message: message.into(),
            request_id: None,
            retry_after: None,
            source: None,
        }))
    }

    pub(crate) fn with_answer(
        mut self,
        status: u16,
        code: Option<String>,
        request_id: Option<String>,
    ) -> Self {
        self.0.status = Some(status);
        self.0.code = code;
        self.0.request_id = request_id;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_source(
        mut self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was being done.
    pub fn operation(&self) -> Operation {
        self.0.context.operation
    }

    /// The content type, as the service spells it.
    pub fn content_type(&self) -> Option<&str> {
        self.0.context.content_type.as_deref()
    }

    /// The window that was listed.
    pub fn window(&self) -> Option<Window> {
        self.0.context.window
    }

    /// The content blob that was fetched.
    pub fn content_id(&self) -> Option<&str> {
        self.0.context.content_id.as_deref()
    }

    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's code, such as `AF20023`, or the authority's, such as `AADSTS7000215`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's own words, or ours where it had none.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The id under which Microsoft's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the service asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// True when the same request may succeed later. The client has then used up its own retries.
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Malformed, Network, Throttled, Unavailable};
        matches!(self.0.kind, Malformed | Network | Throttled | Unavailable)
    }

    /// The permission that the token lacks, where that is the failure and the service may not have named it.
    pub fn missing_permission(&self) -> Option<&'static str> {
        let permission = self.operation().permission();
        permission.filter(|_| self.kind() == ErrorKind::Permission)
    }

    /// What a person can try, for the common mistakes of a set-up.
    pub fn hint(&self) -> Option<&'static str> {
        let says = |text: &str| self.0.message.contains(text);
        hint_by_code(
            self.code().unwrap_or_default(),
            says("ActivityFeed.ReadDlp"),
        )
        .or_else(|| says("Audit.DataServiceException").then_some(AUDITING_OFF))
        .or_else(|| says("ActivityFeed.ReadDlp").then_some(ADD_READ_DLP))
        .or_else(|| says(UNREACHABLE).then_some(NOT_ON_AZURE))
        .or_else(|| hint_by_permission(self.missing_permission()?))
    }
}

const AUDITING_OFF: &str = "auditing seems to be off in this tenant: turn on the unified audit log and wait up to 60 minutes";
const ADD_READ_DLP: &str = "add the application permission `ActivityFeed.ReadDlp` to the app registration and grant admin consent";

const NOT_ON_AZURE: &str = "a managed identity exists on Azure alone: check that this machine runs there, has an identity assigned, and may reach 169.254.169.254 without a proxy";

fn hint_by_permission(permission: &str) -> Option<&'static str> {
    Some(match permission {
        "AuditLogsQuery.Read.All" => {
            "add the application permission `AuditLogsQuery.Read.All` of Microsoft Graph to the app registration, or that of one service, and grant admin consent"
        }
        "ServiceHealth.Read.All" => {
            "add the application permission `ServiceHealth.Read.All` of Microsoft Graph to the app registration and grant admin consent"
        }
        "ServiceMessage.Read.All" => {
            "add the application permission `ServiceMessage.Read.All` of Microsoft Graph to the app registration and grant admin consent"
        }
        "ServiceHealth.Read" => {
            "add the application permission `ServiceHealth.Read` of the Office 365 Management APIs to the app registration and grant admin consent"
        }
        _ => return None,
    })
}

fn hint_by_code(code: &str, names_dlp: bool) -> Option<&'static str> {
    Some(match code {
        "AF10001" if names_dlp => ADD_READ_DLP,
        "AF10001" => {
            "add the application permission `ActivityFeed.Read` to the app registration and grant admin consent"
        }
        "AF20010" => {
            "the token was issued for another tenant: compare the tenant id with the one of the credential"
        }
        "AF20011" => AUDITING_OFF,
        "AF20022" => "start the subscription; the first blobs take up to 12 hours",
        "AF20023" => {
            "an administrator disabled the subscription: start it again, at most once in 15 minutes"
        }
        "AADSTS7000215" => "the client secret is wrong: use the secret's value, not its id",
        "AADSTS7000222" => {
            "the client secret has expired: create a new one in the app registration"
        }
        "AADSTS700027" => {
            "the certificate is not registered with the application, or its key is another: upload the certificate to the app registration"
        }
        "AADSTS70021" | "AADSTS700211" | "AADSTS700212" | "AADSTS700213" => {
            "no federated credential of the application matches the token: compare issuer, subject and audience with the app registration"
        }
        "AADSTS700024" => {
            "the assertion is out of its time: check this machine's clock, or the age of the federated token"
        }
        "AADSTS500011" => {
            "the API is unknown in this tenant: check the cloud, and grant admin consent to the app"
        }
        "AADSTS90002" => {
            "the tenant is unknown here: check the tenant id and the cloud of the authority"
        }
        "AADSTS700016" => {
            "the client id is unknown in this tenant: check it, and grant admin consent to the app"
        }
        _ => return None,
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.context)?;
        match (self.0.status, &self.0.code) {
            (Some(status), Some(code)) => write!(f, "{code} (HTTP {status}): ")?,
            (Some(status), None) => write!(f, "HTTP {status}: ")?,
            _ => {}
        }
        f.write_str(&self.0.message)?;
        match &self.0.request_id {
            Some(request_id) => write!(f, " (request id `{request_id}`)"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .source
            .as_ref()
            .map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_tells_all_that_is_known() {
        let mut context = Context::about(Operation::ListContent, "DLP.All");
        let time = |text: &str| text.parse().expect("test times parse");
        context.window = Some(Window {
            start: time("2026-05-04T10:00:00Z"),
            end: time("2026-05-04T11:00:00Z"),
        });
        let error = context
            .error(ErrorKind::Permission, "no `ActivityFeed.ReadDlp`")
            .with_answer(403, Some("AF10001".to_owned()), Some("r-1".to_owned()));
        assert_eq!(
            error.to_string(),
            "cannot list content of `DLP.All` from `2026-05-04T10:00:00Z` to `2026-05-04T11:00:00Z`: \
             AF10001 (HTTP 403): no `ActivityFeed.ReadDlp` (request id `r-1`)"
        );
        assert_eq!(error.hint(), Some(ADD_READ_DLP));
    }

    #[test]
    fn common_mistakes_have_a_hint() {
        let hint = |code: &str, message: &str| {
            let error = Error::new(ErrorKind::Credentials, Operation::AcquireToken, message);
            error.with_answer(400, Some(code.to_owned()), None).hint()
        };
        assert!(hint("AF10001", "").is_some_and(|hint| hint.contains("`ActivityFeed.Read`")));
        assert!(hint("AADSTS7000215", "").is_some_and(|hint| hint.contains("value")));
        assert!(hint("AADSTS7000222", "").is_some_and(|hint| hint.contains("expired")));
        assert!(hint("AADSTS700027", "").is_some_and(|hint| hint.contains("not registered")));
        for code in ["AADSTS70021", "AADSTS700213"] {
            assert!(hint(code, "").is_some_and(|hint| hint.contains("subject")));
        }
        assert!(hint("AF20022", "").is_some_and(|hint| hint.contains("12 hours")));
        assert_eq!(hint("", UNREACHABLE), Some(NOT_ON_AZURE));
        let audit_off =
            "Microsoft.Office.Compliance.Audit.DataServiceException: Tenant x does not exist.";
        assert_eq!(hint("", audit_off), Some(AUDITING_OFF));
        assert_eq!(hint("AF20052", ""), None);
    }

    #[test]
    fn graph_names_no_permission_so_that_the_operation_does() {
        let error = |kind| Error::new(kind, Operation::ListAuditRecords, "Forbidden");
        let missing = error(ErrorKind::Permission);
        assert_eq!(
            missing.missing_permission(),
            Some("AuditLogsQuery.Read.All")
        );
        assert!(
            missing
                .hint()
                .is_some_and(|hint| hint.contains("AuditLogsQuery.Read.All"))
        );
        assert_eq!(error(ErrorKind::Unavailable).missing_permission(), None);
    }
}
