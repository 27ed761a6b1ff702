//! What a client must know, with a name for every default, and the rules that an address must keep.

use std::time::Duration;

use url::{Host, Url};
use uuid::Uuid;

use crate::cloud::Cloud;
use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Operation};
use crate::token::TokenConfig;

/// How one tenant is reached, and how politely.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Root of the API, such as `https://manage.office.com`; a path prefix is kept.
    pub api_address: Url,
    /// Root of the token authority, such as `https://login.microsoftonline.com`.
    pub authority: Url,
    /// Root of Microsoft Graph without its version, such as `https://graph.microsoft.com`; when `None` that of the
    /// [`Cloud`] whose preset the API address is, else `<api_address>/graph`.
    pub graph_address: Option<Url>,
    /// The directory's GUID. The service takes no domain name here (AF20013).
    pub tenant_id: String,
    /// The application (client) id; unused by a managed identity, which names its own.
    pub client_id: String,
    /// What the application proves itself with.
    pub credential: Credential,
    /// GUID of the tenant that wrote the client, sent with every request; the tenant id when `None`.
    pub publisher_identifier: Option<String>,
    /// Upper bound of API requests in any 60 seconds, retries included. All clients in this process with the same API
    /// origin and tenant share one budget: the smallest that any of them has asked for while it was in use.
    pub requests_per_minute: u32,
    /// The same for requests to Microsoft Graph, which has a budget of its own.
    pub graph_requests_per_minute: u32,
    /// Largest accepted body in bytes, after decompression.
    pub max_body_bytes: usize,
    /// What happens after a failure that may pass.
    pub retry: RetryPolicy,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long the service may stay silent within one request. A body that comes at less than a kibibyte a second over
    /// as long is given up too, and asked for again.
    pub request_timeout: Duration,
    /// How long one request with its whole body may take.
    pub download_timeout: Duration,
}

/// The version of Microsoft Graph that is not subject to change.
const GRAPH_VERSION: &str = "v1.0";

impl ClientConfig {
    /// Microsoft's baseline quota for a tenant.
    ///
    /// Source: Microsoft, Office 365 Management Activity API reference, section "API throttling".
    pub const DEFAULT_REQUESTS_PER_MINUTE: u32 = 2_000;
    /// Microsoft Graph's limit for one application in one tenant below `/admin/serviceAnnouncement`; the one for
    /// searches of the audit log is not published.
    ///
    /// Source: Microsoft Graph, "Service-specific throttling limits", section "Service Communications service limits".
    pub const DEFAULT_GRAPH_REQUESTS_PER_MINUTE: u32 = 240;
    /// 256 MiB.
    pub const DEFAULT_MAX_BODY_BYTES: usize = 256 * 1024 * 1024;
    /// Ten seconds.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// One minute.
    pub const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
    /// Ten minutes.
    pub const DEFAULT_DOWNLOAD_TIMEOUT: Duration = Duration::from_mins(10);

    /// A configuration with the default of every setting that has one; a [`Secret`](crate::Secret) is a credential too.
    /// Nothing is checked yet.
    pub fn new(
        api_address: Url,
        authority: Url,
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        credential: impl Into<Credential>,
    ) -> Self {
        Self {
            api_address,
            authority,
            graph_address: None,
            tenant_id: tenant_id.into(),
            client_id: client_id.into(),
            credential: credential.into(),
            publisher_identifier: None,
            requests_per_minute: Self::DEFAULT_REQUESTS_PER_MINUTE,
            graph_requests_per_minute: Self::DEFAULT_GRAPH_REQUESTS_PER_MINUTE,
            max_body_bytes: Self::DEFAULT_MAX_BODY_BYTES,
            retry: RetryPolicy::default(),
            connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
            request_timeout: Self::DEFAULT_REQUEST_TIMEOUT,
            download_timeout: Self::DEFAULT_DOWNLOAD_TIMEOUT,
        }
    }

    /// As [`Self::new`], with the addresses of a cloud.
    pub fn for_cloud(
        cloud: Cloud,
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        credential: impl Into<Credential>,
    ) -> Self {
        Self::new(
            cloud.api_address(),
            cloud.authority(),
            tenant_id,
            client_id,
            credential,
        )
    }

    /// Checks everything that can be checked without a request or a file.
    ///
    /// Errors are of kind [`ErrorKind::Config`].
    pub fn validate(&self) -> Result<(), Error> {
        check_address("api address", &self.api_address)?;
        if let Some(address) = &self.graph_address {
            check_address("graph address", address)?;
        }
        self.token_config().validate()?;
        check_guid("publisher identifier", self.publisher())?;
        if self.requests_per_minute == 0 || self.graph_requests_per_minute == 0 {
            return Err(config_error(
                "requests per minute must be at least `1`".to_owned(),
            ));
        }
        Ok(())
    }

    /// The value of `PublisherIdentifier`.
    pub(crate) fn publisher(&self) -> &str {
        self.publisher_identifier
            .as_deref()
            .unwrap_or(&self.tenant_id)
    }

    /// `<api_address>/api/v1.0/<tenant>/activity/feed/<path>`, without a query.
    pub(crate) fn feed_url(&self, path: &str) -> Result<Url, Error> {
        let root = trimmed(&self.api_address);
        parse_url(&format!(
            "{root}/api/v1.0/{}/activity/feed/{path}",
            self.tenant_id
        ))
    }

    /// Root of Microsoft Graph: as given, that of the cloud, or below an API address of one's own.
    pub fn graph_address(&self) -> Url {
        let of_cloud = || Cloud::of(&self.api_address).map(Cloud::graph_address);
        let given = self.graph_address.clone().or_else(of_cloud);
        given.unwrap_or_else(|| below(&self.api_address, "graph"))
    }

    /// `<graph_address>/v1.0/<segments>`, each segment encoded, without a query.
    pub(crate) fn graph_url(&self, segments: &[&str]) -> Url {
        let mut url = below(&self.graph_address(), GRAPH_VERSION);
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(segments);
        }
        url
    }

    /// `<api_address>/api/v1.0/<tenant>/ServiceComms/<operation>`, without a query.
    pub(crate) fn service_communications_url(&self, operation: &str) -> Result<Url, Error> {
        let root = trimmed(&self.api_address);
        parse_url(&format!(
            "{root}/api/v1.0/{}/ServiceComms/{operation}",
            self.tenant_id
        ))
    }

    /// What the token provider needs of it.
    pub(crate) fn token_config(&self) -> TokenConfig {
        TokenConfig {
            authority: self.authority.clone(),
            tenant_id: self.tenant_id.clone(),
            client_id: self.client_id.clone(),
            credential: self.credential.clone(),
            retry: self.retry,
            connect_timeout: self.connect_timeout,
            request_timeout: self.request_timeout,
        }
    }

    /// True for addresses that may be sent the token: the API's own origin, and the other hosts of the cloud whose
    /// preset address the API has.
    pub(crate) fn may_see_token(&self, url: &Url) -> bool {
        let of_cloud = |cloud: Cloud| {
            let known = url
                .host_str()
                .is_some_and(|host| cloud.hosts().contains(&host));
            known && url.scheme() == "https" && url.port().is_none()
        };
        url.origin() == self.api_address.origin()
            || Cloud::of(&self.api_address).is_some_and(of_cloud)
    }

    /// `<api_address>/.default`.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", trimmed(&self.api_address))
    }
}

/// Attempts and waits of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first included.
    pub max_attempts: usize,
    /// The first wait; each later one is twice as long, plus up to as much again at random.
    pub base: Duration,
    /// The longest wait before the random part.
    pub max: Duration,
    /// No new attempt starts when its wait would end later than this after the first attempt.
    pub total: Duration,
}

impl RetryPolicy {
    /// Twelve attempts, waits from one second to half a minute, five minutes in all: outlasts a short outage.
    pub const PATIENT: Self = Self {
        max_attempts: 12,
        base: Duration::from_secs(1),
        max: Duration::from_secs(30),
        total: Duration::from_mins(5),
    };
    /// Two attempts within seconds: for a person who waits for an answer.
    pub const BRIEF: Self = Self {
        max_attempts: 2,
        base: Duration::from_millis(500),
        max: Duration::from_secs(2),
        total: Duration::from_secs(10),
    };
    /// One attempt.
    pub const NONE: Self = Self {
        max_attempts: 1,
        base: Duration::from_secs(1),
        max: Duration::from_secs(1),
        total: Duration::ZERO,
    };
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::PATIENT
    }
}

/// True for hosts that no network lies in front of.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The address with one more segment.
fn below(url: &Url, segment: &str) -> Url {
    let mut url = url.clone();
    // An address without segments has been refused by then.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(segment);
    }
    url
}

pub(crate) fn trimmed(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

pub(crate) fn parse_url(text: &str) -> Result<Url, Error> {
    Url::parse(text)
        .map_err(|reason| config_error(format!("no request can be addressed: {reason}")))
}

pub(crate) fn check_address(what: &str, url: &Url) -> Result<(), Error> {
    // The address itself is not shown where it may hold a password.
    if !url.username().is_empty() || url.password().is_some() {
        return Err(config_error(format!(
            "the {what} must not hold a user name or password"
        )));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(config_error(format!(
            "the {what} `{url}` must have no query and no fragment"
        )));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(config_error(format!(
            "the {what} `{url}` must use https; plain http is for loopback hosts"
        ))),
        _ => Err(config_error(format!(
            "the {what} `{url}` is no https address"
        ))),
    }
}

pub(crate) fn check_guid(what: &str, text: &str) -> Result<(), Error> {
    let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(text).is_ok();
    hyphenated
        .then_some(())
        .ok_or_else(|| config_error(format!("the {what} `{text}` is no GUID")))
}

pub(crate) fn config_error(message: String) -> Error {
    Error::new(ErrorKind::Config, Operation::Configure, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    fn check(api: &str, authority: &str, tenant: &str) -> Result<(), String> {
        let secret = Secret::new("s3cr3t-value".to_owned());
        let parse = |text: &str| Url::parse(text).expect("test addresses parse");
        let config = ClientConfig::new(parse(api), parse(authority), tenant, "client", secret);
        assert!(!format!("{config:?}").contains("s3cr3t-value"));
        config.validate().map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Config);
            error.to_string()
        })
    }

    #[test]
    fn plain_http_is_for_loopback_hosts() {
        let login = "https://login.microsoftonline.com";
        for good in [
            "https://manage.office.com",
            "http://127.0.0.1:80/a",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert_eq!(check(good, login, TENANT), Ok(()));
            assert_eq!(check("https://manage.office.com", good, TENANT), Ok(()));
        }
        for bad in [
            "http://manage.office.com",
            "http://127.0.0.1.example",
            "ftp://127.0.0.1",
            "https://a:b@c.example",
        ] {
            assert!(check(bad, login, TENANT).is_err(), "{bad}");
            assert!(
                check("https://manage.office.com", bad, TENANT).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let error =
            check("https://a:pass-w0rd@c.example", "https://d.example", TENANT).unwrap_err();
        assert!(!error.contains("pass-w0rd"), "{error}");
    }

    #[test]
    fn a_tenant_is_a_hyphenated_guid() {
        for bad in [
            "contoso.example",
            "",
            "11111111222233334444555555555555",
            "../../evil",
        ] {
            assert!(
                check("https://a.example", "https://b.example", bad).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn addresses_are_built_with_and_without_a_trailing_slash() {
        for api in ["https://manage.office.com", "https://manage.office.com/"] {
            let parse = |text: &str| Url::parse(text).unwrap();
            let secret = Secret::new(String::new());
            let config = ClientConfig::new(
                parse(api),
                parse("https://login.example/"),
                TENANT,
                "client",
                secret,
            );
            assert_eq!(config.scope(), "https://manage.office.com/.default");
            let feed = format!(
                "https://manage.office.com/api/v1.0/{TENANT}/activity/feed/subscriptions/list"
            );
            assert_eq!(
                config.feed_url("subscriptions/list").unwrap().as_str(),
                feed
            );
            let token = format!("https://login.example/{TENANT}/oauth2/v2.0/token");
            assert_eq!(config.token_config().token_url().unwrap().as_str(), token);
        }
    }

    #[test]
    fn graph_is_where_the_cloud_has_it_or_below_an_address_of_ones_own() {
        let check = |api: &str, given: Option<&str>, expected: &str| {
            let secret = Secret::new(String::new());
            let mut config = ClientConfig::for_cloud(Cloud::Gcc, TENANT, "c", secret);
            config.api_address = api.parse().unwrap();
            config.graph_address = given.map(|given| given.parse().unwrap());
            let url = config.graph_url(&["security", "a/b"]);
            assert_eq!(url.as_str(), format!("{expected}/v1.0/security/a%2Fb"));
            let scope = crate::api::Api::Graph.scope(&config);
            assert_eq!(scope, format!("{expected}/.default"));
        };
        let graph = "https://graph.microsoft.us";
        check("https://manage.office365.us/", None, graph);
        check("https://manage.office.com", Some(graph), graph);
        check("http://127.0.0.1:1", None, "http://127.0.0.1:1/graph");
        check("https://a.example/b/", None, "https://a.example/b/graph");
    }

    #[test]
    fn the_token_goes_to_the_own_origin_and_to_the_hosts_of_the_same_preset() {
        let check = |api: &str, url: &str, expected: bool| {
            let mut config =
                ClientConfig::for_cloud(Cloud::Gcc, TENANT, "c", Secret::new(String::new()));
            config.api_address = api.parse().unwrap();
            let seen = config.may_see_token(&url.parse().unwrap());
            assert_eq!(seen, expected, "{api} {url}");
        };
        let (gcc, worldwide) = ("https://manage-gcc.office.com", "https://manage.office.com");
        check(gcc, "https://manage-gcc.office.com/a?b", true);
        check(gcc, "https://manage.office.com:443/a", true);
        check(gcc, "https://manage.office.com:8443/a", false);
        check(gcc, "http://manage.office.com/a", false);
        check(gcc, "https://manage.office.com.evil.example/a", false);
        check(gcc, "https://evil.manage.office.com/a", false);
        check(gcc, "https://manage.office365.us/a", false);
        check(worldwide, "https://manage-gcc.office.com/a", false);
        check("https://a.example", "https://a.example/b", true);
        check("https://a.example", "https://manage.office.com/a", false);
    }
}
