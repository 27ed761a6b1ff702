//! What a simulator is made of.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jiff::SignedDuration;
use url::Url;

use crate::faults::FaultPlan;
use crate::{Announcements, Blob, Clock, ContentType};

/// The secret every simulated application has; it opens nothing else.
pub const CLIENT_SECRET: &str = "simulated-client-secret-not-real";

/// The value that `/msi/token` wants in the header `X-IDENTITY-HEADER`; it opens nothing else.
pub const IDENTITY_HEADER: &str = "simulated-identity-header-not-real";

/// Default of [`SimulatorConfig::page_size`].
pub const DEFAULT_PAGE_SIZE: usize = 200;

/// Default of [`SimulatorConfig::token_lifetime`]: about an hour, as Entra's.
pub const DEFAULT_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_secs(3599);

/// The roles for Microsoft Graph that an application has unless told otherwise.
pub const GRAPH_ROLES: [&str; 3] = [
    "AuditLogsQuery.Read.All",
    "ServiceHealth.Read.All",
    "ServiceMessage.Read.All",
];

/// Everything about the service; `Default` is a faultless service without tenants on a free loopback port.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The origin clients reach it by, where that is not the address it listens on (a container's name, say).
    pub public_address: Option<Url>,
    /// The tenants it knows, each with its own records.
    pub tenants: Vec<TenantConfig>,
    /// What goes wrong, see [`crate::faults`].
    pub faults: FaultPlan,
    /// The service's time.
    pub now: Clock,
    /// Requests a minute and tenant before `AF429`; `None` is no quota.
    pub requests_per_minute: Option<u32>,
    /// Blobs on one page of a listing, at least 1.
    pub page_size: usize,
    /// The tenant whose application is the managed identity of the "machine" that asks at
    /// `/metadata/identity/oauth2/token` or `/msi/token`; `None` is the first one.
    pub managed_identity: Option<String>,
    /// How long a token is good for, by [`now`](Self::now).
    pub token_lifetime: SignedDuration,
    /// How webhooks are told of new content.
    pub notifications: NotificationConfig,
    /// How searches of the audit log go.
    pub search: SearchConfig,
}

/// How searches of the audit log go. The documentation names least values: 50 searches at once and a million records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchConfig {
    /// How often a search is looked at until it is done: it is `notStarted` before the first look, `running` after it,
    /// and done with this one.
    pub looks: u32,
    /// How long it takes at least, by the simulator's clock.
    pub duration: SignedDuration,
    /// Records that a search returns at most; with more it succeeds all the same, and says so.
    pub record_limit: usize,
    /// Searches that are not done at one time, before HTTP 429.
    pub at_once: usize,
    /// Elements on one page, at least 1.
    pub page_size: usize,
}

impl Default for SearchConfig {
    fn default() -> Self {
        Self {
            looks: 2,
            duration: SignedDuration::ZERO,
            record_limit: 1_000_000,
            at_once: 50,
            page_size: DEFAULT_PAGE_SIZE,
        }
    }
}

/// How webhooks are told of new content, and what goes wrong with it. The documentation gives no figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationConfig {
    /// Blobs that one request names at most, at least 1.
    pub batch: usize,
    /// How often each request is sent though the first one was heard, at least 1.
    pub repeats: u32,
    /// The newest blobs first, instead of the oldest.
    pub backwards: bool,
    /// Every so many blobs of a content type one is never told of; 0 is none.
    pub skip_every: usize,
    /// Before the first repetition of a request that got another answer than 200; doubles from one to the next.
    pub first_retry: Duration,
    /// So many answers other than 200 in a row, and the webhook is disabled.
    pub attempts: u32,
}

impl Default for NotificationConfig {
    fn default() -> Self {
        Self {
            batch: 10,
            repeats: 1,
            backwards: false,
            skip_every: 0,
            first_retry: Duration::from_secs(1),
            attempts: 8,
        }
    }
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_address: None,
            tenants: Vec::new(),
            faults: FaultPlan::none(),
            now: Clock::system(),
            requests_per_minute: None,
            page_size: DEFAULT_PAGE_SIZE,
            managed_identity: None,
            token_lifetime: DEFAULT_TOKEN_LIFETIME,
            notifications: NotificationConfig::default(),
            search: SearchConfig::default(),
        }
    }
}

/// One tenant, the application that may read it, and its records.
#[derive(Debug, Clone)]
pub struct TenantConfig {
    /// A GUID.
    pub tenant_id: String,
    /// The application's GUID.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// Where the records come from.
    pub source: Source,
    /// Whether the token carries `ActivityFeed.ReadDlp`.
    pub dlp_permission: bool,
    /// The roles of its tokens for Microsoft Graph.
    pub graph_roles: Vec<String>,
    /// Whether the token for the Management API carries `ServiceHealth.Read`, for the Service Communications API.
    pub service_health_role: bool,
    /// What is announced of the services; made up if `None`.
    pub announcements: Option<Announcements>,
    /// Weeks before the one of [`Source::Generated`], with as many records each: expired in the feed, found by searches.
    pub past_weeks: u32,
    /// Subscriptions that are enabled from the beginning; the others have never been started.
    pub subscriptions: Vec<ContentType>,
    /// Blobs in addition to the source's.
    pub more_blobs: Vec<Blob>,
    /// The application's certificates, X.509 with an RSA key, each as PEM or DER.
    pub certificates: Vec<Vec<u8>>,
    /// The issuers whose tokens the application may use in place of a secret.
    pub federated: Vec<FederatedCredential>,
}

/// A federated identity credential of an application (Microsoft, "Workload identity federation"): a token with
/// exactly these claims is as good as a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederatedCredential {
    /// The claim `iss`.
    pub issuer: String,
    /// The claim `sub`.
    pub subject: String,
    /// The claim `aud`; usually `api://AzureADTokenExchange`.
    pub audience: String,
    /// The issuer's RSA public key as PEM.
    pub public_key: String,
}

impl TenantConfig {
    /// The tenant number `index` with made-up ids, all permissions and no subscription yet.
    pub fn new(index: u32, source: Source) -> Self {
        Self {
            tenant_id: format!("{index:08x}-1111-4000-8000-00000000a11d"),
            client_id: format!("{index:08x}-2222-4000-8000-00000000c11e"),
            client_secret: CLIENT_SECRET.to_owned(),
            source,
            dlp_permission: true,
            graph_roles: GRAPH_ROLES.map(str::to_owned).to_vec(),
            service_health_role: false,
            announcements: None,
            past_weeks: 0,
            subscriptions: Vec::new(),
            more_blobs: Vec::new(),
            certificates: Vec::new(),
            federated: Vec::new(),
        }
    }

    /// [`TenantConfig::new`] with a generated week of `records` distinct records.
    pub fn generated(index: u32, seed: u64, records: usize) -> Self {
        Self::new(index, Source::Generated { seed, records })
    }
}

/// Where a tenant's records come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A made-up week that ends at the simulator's start, and as much again in each of the three weeks after it,
    /// which appears as the clock moves on.
    Generated {
        /// The same seed, count and time give the same week.
        seed: u64,
        /// Distinct records a week; repetitions come on top.
        records: usize,
    },
    /// Records as JSON texts, kept byte for byte, spread evenly over the week before the simulator's start and
    /// over the content types by their `Workload` and `RecordType`.
    Records(Vec<String>),
    /// Blobs written out.
    Blobs(Vec<Blob>),
}
