//! The service itself: what it knows, and the way of a request through it.

mod assertion;
mod communications;
mod content;
mod credentials;
mod graph;
mod identity;
mod inspect;
mod notify;
mod query;
mod quota;
mod reply;
mod resources;
mod route;
mod spoil;
mod subscriptions;
mod token;
mod webhook;
mod window;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::http::header::DATE;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use bytes::Bytes;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

pub(crate) use self::credentials::Credentials;
pub use self::graph::SearchState;
use self::graph::{Index, Search};
pub use self::notify::Attempt;
pub(crate) use self::notify::notify;
use self::query::Query;
use self::quota::Quota;
use self::reply::Reply;
use self::route::{Route, TokenForm};
use self::subscriptions::Subscription;
use self::token::Issued;
use self::webhook::Webhook;
use crate::catalogue::Catalogue;
use crate::config::SearchConfig;
use crate::faults::{Fault, FaultPlan, Faults, Offer, Operation, Target, blob_key};
use crate::{
    Announcements, Clock, ContentType, LoggedRequest, NotificationConfig, SimulatorConfig,
    TenantConfig,
};

/// Longest request body that is read; a start request's webhook is far smaller.
const MAX_REQUEST_BYTES: usize = 1 << 20;

/// All state, shared by the requests.
#[derive(Debug)]
pub(crate) struct Service {
    /// `http://host:port`, without a slash at the end.
    pub(crate) origin: String,
    pub(crate) clock: Clock,
    pub(crate) tenants: Vec<Tenant>,
    /// What had expired before could not be had.
    started: Timestamp,
    /// The tenant whose identity this "machine" has.
    identity: Option<String>,
    page_size: usize,
    token_lifetime: SignedDuration,
    notifications: NotificationConfig,
    search: SearchConfig,
    faults: Mutex<Faults>,
    quota: Mutex<Quota>,
    tokens: Mutex<HashMap<String, Issued>>,
    log: Mutex<Vec<LoggedRequest>>,
}

/// One tenant and the state of its subscriptions.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) config: TenantConfig,
    pub(crate) catalogue: Catalogue,
    credentials: Credentials,
    subscriptions: Mutex<HashMap<ContentType, Subscription>>,
    /// The attempts to tell webhooks of something.
    notified: Mutex<Vec<Attempt>>,
    pub(crate) announcements: Mutex<Announcements>,
    searches: Mutex<Vec<Search>>,
    /// What searches look through.
    index: Mutex<Index>,
}

impl Tenant {
    pub(crate) fn new(
        config: TenantConfig,
        catalogue: Catalogue,
        credentials: Credentials,
        announcements: Announcements,
    ) -> Self {
        let enabled = config
            .subscriptions
            .iter()
            .map(|content_type| (*content_type, Subscription::enabled()));
        let subscriptions = Mutex::new(enabled.collect());
        Self {
            config,
            catalogue,
            credentials,
            subscriptions,
            notified: Mutex::default(),
            announcements: Mutex::new(announcements),
            searches: Mutex::default(),
            index: Mutex::default(),
        }
    }

    /// The attempts to tell webhooks, in their order.
    pub(crate) fn notified(&self) -> Vec<Attempt> {
        locked(&self.notified).clone()
    }

    /// An administrator's doing: `AF20023` from now on, until it is started again.
    pub(crate) fn disable(&self, content_type: ContentType) {
        locked(&self.subscriptions).insert(content_type, Subscription::disabled());
    }
}

/// A request with its parts read.
#[derive(Debug)]
struct Call {
    method: Method,
    path: String,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
    route: Route,
    /// If it is not the usual one.
    token_lifetime: Option<SignedDuration>,
    /// The webhook that a start request asks for, or the refusal of one that does not answer as it should.
    webhook: Option<Result<Webhook, Reply>>,
    /// Whether the search that is asked for ends without an outcome.
    fails: bool,
}

impl Service {
    pub(crate) fn new(config: &SimulatorConfig, origin: String, tenants: Vec<Tenant>) -> Self {
        let now = config.now.now();
        let mut faults = Faults::new(config.faults.clone(), &offers(&tenants, now));
        let shared: usize = tenants
            .iter()
            .map(|tenant| tenant.catalogue.shared_instants())
            .sum();
        if config.faults.shared_instants.is_some() {
            faults.count("shared_instants", u64::try_from(shared).unwrap_or(u64::MAX));
        }
        Self {
            origin,
            clock: config.now.clone(),
            started: now,
            identity: identity(config),
            page_size: config.page_size.max(1),
            token_lifetime: config.token_lifetime,
            notifications: config.notifications.clone(),
            search: config.search.clone(),
            faults: Mutex::new(faults),
            tenants,
            quota: Mutex::new(Quota::new(config.requests_per_minute)),
            tokens: Mutex::default(),
            log: Mutex::default(),
        }
    }

    pub(crate) fn set_faults(&self, plan: FaultPlan) {
        *locked(&self.faults) = Faults::new(plan, &offers(&self.tenants, self.clock.now()));
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        locked(&self.log).clone()
    }

    /// The tenant of this id; GUIDs compare without regard to case.
    pub(crate) fn tenant(&self, tenant_id: &str) -> Option<&Tenant> {
        self.tenants
            .iter()
            .find(|tenant| tenant.config.tenant_id.eq_ignore_ascii_case(tenant_id))
    }

    fn answer(&self, call: &Call) -> Reply {
        let answer = match call.route.operation {
            None => Err(Reply::empty(404)),
            Some(Operation::Token) => self.issue_token(call),
            Some(operation) if operation.is_graph() => self.answer_graph(call, operation),
            Some(operation) => self.answer_api(call, operation),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn answer_api(&self, call: &Call, operation: Operation) -> Result<Reply, Reply> {
        route::check_method(call, operation)?;
        let tenant = self.authorize(call)?;
        locked(&self.quota).take(tenant, call, operation)?;
        match operation {
            Operation::Token
            | Operation::CreateAuditQuery
            | Operation::ReadAuditQuery
            | Operation::ListAuditQueries
            | Operation::ListAuditRecords
            | Operation::HealthOverviews
            | Operation::ServiceIssues
            | Operation::ServiceMessages => Err(Reply::empty(404)),
            Operation::ServiceCommunications => self.communications(tenant, call),
            Operation::Start => self.start(tenant, call),
            Operation::Stop => Self::stop(tenant, call),
            Operation::ListSubscriptions => Ok(self.list_subscriptions(tenant)),
            Operation::ListContent => self.list_content(tenant, call),
            Operation::ListNotifications => self.list_notifications(tenant, call),
            Operation::SensitiveTypes => resources::sensitive_types(call),
            Operation::RetrieveContent => self.retrieve(tenant, call),
        }
    }

    /// What the fault rules can know of a request.
    fn target(&self, call: &Call) -> Target {
        let route = &call.route;
        let blob = route.content_id.as_deref();
        let entry = blob.and_then(|id| self.tenant(&route.tenant_id)?.catalogue.find(id));
        Target {
            operation: route.operation,
            tenant_id: route.tenant_id.clone(),
            content_type: entry
                .map(|entry| entry.offered.content_type)
                .or_else(|| call.query.get("contentType")?.parse().ok()),
            content_id: route.content_id.clone().or_else(|| route.query_id.clone()),
            window: window::of_query(&call.query, self.clock.now()).ok(),
            key: blob.map_or_else(|| key(call), |id| blob_key(&route.tenant_id, id)),
        }
    }

    async fn read(&self, request: Request) -> Call {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, MAX_REQUEST_BYTES)
            .await
            .unwrap_or_default();
        let mut route = Route::of(parts.uri.path()).by_method(&parts.method);
        if matches!(
            route.token,
            Some(TokenForm::InstanceMetadata | TokenForm::AppService)
        ) {
            route.tenant_id = self.identity.clone().unwrap_or_default();
        }
        if route.operation.is_some_and(Operation::is_graph) {
            route.tenant_id = self.tenant_of_token(&parts.headers).unwrap_or_default();
        }
        Call {
            route,
            path: parts.uri.path().to_owned(),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            method: parts.method,
            headers: parts.headers,
            body,
            token_lifetime: None,
            webhook: None,
            fails: false,
        }
    }

    /// Tests the webhook of a start request, as the service does before it answers; only of those who may start.
    async fn webhook(&self, call: &Call) -> Option<Result<Webhook, Reply>> {
        if call.route.operation != Some(Operation::Start) || self.authorize(call).is_err() {
            return None;
        }
        let webhook = Webhook::asked(call)?;
        Some(webhook.validate().await.map(|()| webhook))
    }

    fn log(&self, call: Call, status: u16) {
        let entry = LoggedRequest {
            at: self.clock.now(),
            method: call.method.to_string(),
            path: call.path,
            query: call.query.into_pairs(),
            operation: call.route.operation,
            authorized: call.headers.contains_key("authorization"),
            status,
        };
        tracing::debug!(method = entry.method, path = entry.path, status, "answered");
        locked(&self.log).push(entry);
    }
}

/// The one handler: every path, every method.
pub(crate) async fn handle(State(service): State<Arc<Service>>, request: Request) -> Response {
    if let Some(path) = request.uri().path().strip_prefix(inspect::ROOT) {
        return inspect::answer(Arc::clone(&service), path).await;
    }
    let mut call = service.read(request).await;
    let fault = locked(&service.faults).next(&service.target(&call));
    if let Some(Fault::Delay(time)) = &fault {
        tokio::time::sleep(*time).await;
    }
    if let Some(Fault::ShortToken(time)) = &fault {
        call.token_lifetime = SignedDuration::try_from(*time).ok();
    }
    call.fails = matches!(fault, Some(Fault::FailedQuery));
    let instead = fault
        .as_ref()
        .and_then(|fault| spoil::instead(fault, &call));
    let reply = if let Some(reply) = instead {
        reply
    } else {
        call.webhook = service.webhook(&call).await;
        spoil::afterwards(fault.as_ref(), service.answer(&call), &call, &service)
    };
    service.log(call, reply.status);
    let mut response = reply.into_response(spoil::cut(fault.as_ref()));
    date(&mut response, service.clock.now());
    response
}

/// `Date` by the simulator's clock; the server puts its own only where there is none.
fn date(response: &mut Response, now: Timestamp) {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    if let Some(value) = text.ok().and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(DATE, value);
    }
}

/// What chance knows a request by that is not for a blob.
fn key(call: &Call) -> String {
    format!(
        "{} {}?{}",
        call.method,
        call.path,
        call.query.without_publisher()
    )
}

/// The tenant asked for; the first one if none is.
fn identity(config: &SimulatorConfig) -> Option<String> {
    let first = || {
        config
            .tenants
            .first()
            .map(|tenant| tenant.tenant_id.clone())
    };
    config.managed_identity.clone().or_else(first)
}

fn offers(tenants: &[Tenant], now: Timestamp) -> Vec<Offer> {
    let offer = |tenant: &Tenant| Offer {
        tenant_id: tenant.config.tenant_id.clone(),
        blobs: tenant
            .catalogue
            .available(now)
            .iter()
            .map(|entry| entry.offered.clone())
            .collect(),
    };
    tenants.iter().map(offer).collect()
}

/// The guarded value, whatever another thread did.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
