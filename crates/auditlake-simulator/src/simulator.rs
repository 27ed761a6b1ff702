//! Starting a simulator, looking into it, and stopping it.

use std::collections::{BTreeMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Router;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

use crate::catalogue::Catalogue;
use crate::service::{Credentials, Service, Tenant, handle, notify};
use crate::{
    Announcements, Attempt, ContentType, Error, FaultPlan, LoggedRequest, OfferedBlob, SearchState,
    SimulatorConfig, Unobtainable,
};

/// How long [`Simulator::stop`] waits for requests that are under way.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// What a client has to know of a tenant. The secret is a made-up one and is shown on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantDescription {
    /// The tenant's GUID.
    pub tenant_id: String,
    /// The application's GUID.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// Whether `DLP.All` can be read.
    pub dlp_permission: bool,
}

/// A running simulator. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Simulator {
    address: Url,
    listen_address: SocketAddr,
    service: Arc<Service>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    notifier: JoinHandle<()>,
}

/// Starts a service that answers until it is stopped.
///
/// # Errors
/// [`Error::Listen`], and all that a tenant can have wrong: [`Error::DuplicateTenant`], [`Error::Record`],
/// [`Error::Certificate`], [`Error::PublicKey`], [`Error::UnknownTenant`].
pub async fn start(config: SimulatorConfig) -> Result<Simulator, Error> {
    let tenants = tenants(&config)?;
    let failed = |source| Error::Listen {
        address: config.listen,
        source,
    };
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    let listen_address = listener.local_addr().map_err(failed)?;
    let address = config
        .public_address
        .clone()
        .unwrap_or_else(|| address_of(listen_address));
    let origin = address.origin().ascii_serialization();
    let service = Arc::new(Service::new(&config, origin, tenants));
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(serve(listener, Arc::clone(&service), stopped));
    let notifier = tokio::spawn(notify(Arc::clone(&service)));
    Ok(Simulator {
        notifier,
        address,
        listen_address,
        service,
        stop: Some(stop),
        server,
    })
}

impl Simulator {
    /// The origin of the API and of the token endpoint: `http://host:port/`.
    pub fn address(&self) -> Url {
        self.address.clone()
    }

    /// What it listens on, where that is not what [`address`](Self::address) says.
    pub fn listen_address(&self) -> SocketAddr {
        self.listen_address
    }

    /// The tenants, in the order of the configuration.
    pub fn tenants(&self) -> Vec<TenantDescription> {
        let describe = |tenant: &Tenant| TenantDescription {
            tenant_id: tenant.config.tenant_id.clone(),
            client_id: tenant.config.client_id.clone(),
            client_secret: tenant.config.client_secret.clone(),
            dlp_permission: tenant.config.dlp_permission,
        };
        self.service.tenants.iter().map(describe).collect()
    }

    /// All requests so far, in the order they were answered.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.service.requests()
    }

    /// The blobs a tenant offers by now, expired ones included, in the order they became available; none for an
    /// unknown tenant.
    pub fn blobs(&self, tenant_id: &str) -> Vec<OfferedBlob> {
        let Some(tenant) = self.service.tenant(tenant_id) else {
            return Vec::new();
        };
        let available = tenant.catalogue.available(self.service.clock.now());
        available
            .iter()
            .map(|entry| entry.offered.clone())
            .collect()
    }

    /// The distinct records a tenant offers by now as JSON texts: what differs only in the order of members is
    /// given once, as it came first. Blobs whose body is no JSON array are passed over.
    pub fn records(&self, tenant_id: &str) -> Vec<String> {
        let tenant = self.service.tenant(tenant_id);
        tenant
            .map(|tenant| tenant.catalogue.records(self.service.clock.now()))
            .unwrap_or_default()
    }

    /// The distinct records (as [`records`](Self::records) has them) that a perfect client would have stored by now:
    /// those of all blobs that can be had under the fault plan as it is. Over HTTP, one a line, at
    /// `GET /_simulator/{tenant}/expected`; no token is needed.
    pub fn obtainable(&self, tenant_id: &str) -> Vec<String> {
        let tenant = self.service.tenant(tenant_id);
        tenant
            .map(|tenant| self.service.obtainable(tenant))
            .unwrap_or_default()
    }

    /// The blobs offered by now that can never be had under the fault plan as it is, and before the first blob of a
    /// window whose listing always fails the window itself. Over HTTP, one JSON object a line, at
    /// `GET /_simulator/{tenant}/unobtainable`; no token is needed.
    pub fn unobtainable(&self, tenant_id: &str) -> Vec<Unobtainable> {
        let tenant = self.service.tenant(tenant_id);
        tenant
            .map(|tenant| self.service.unobtainable(tenant))
            .unwrap_or_default()
    }

    /// How often each fault has met a request or a blob of a listing since the plan was set, by
    /// [`Fault::name`](crate::Fault::name). Over HTTP, as one JSON object, at `GET /_simulator/{tenant}/faults` (all
    /// tenants together); no token is needed.
    pub fn fault_counts(&self) -> BTreeMap<String, u64> {
        self.service.fault_counts()
    }

    /// The attempts to tell a tenant's webhooks of something, in the order in which they were answered.
    pub fn notifications(&self, tenant_id: &str) -> Vec<Attempt> {
        let tenant = self.service.tenant(tenant_id);
        tenant.map(Tenant::notified).unwrap_or_default()
    }

    /// The searches of the audit log that a tenant's application has created, in their order. Over HTTP, one JSON object
    /// a line, at `GET /_simulator/{tenant}/searches`; no token is needed.
    pub fn searches(&self, tenant_id: &str) -> Vec<SearchState> {
        let tenant = self.service.tenant(tenant_id);
        tenant
            .map(|tenant| self.service.searches(tenant))
            .unwrap_or_default()
    }

    /// Changes what a tenant is announced, from the next request on. Nothing happens for an unknown tenant.
    pub fn announce(&self, tenant_id: &str, change: impl FnOnce(&mut Announcements)) {
        if let Some(tenant) = self.service.tenant(tenant_id) {
            let announcements = tenant.announcements.lock();
            change(&mut announcements.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Disables a subscription as an administrator would: `AF20023` until a client starts it again. Nothing happens
    /// for an unknown tenant.
    pub fn disable(&self, tenant_id: &str, content_type: ContentType) {
        if let Some(tenant) = self.service.tenant(tenant_id) {
            tenant.disable(content_type);
        }
    }

    /// Replaces the faults from the next request on; counts begin anew.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.service.set_faults(plan);
    }

    /// Stops listening and waits up to a second for requests that are under way.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if tokio::time::timeout(STOP_GRACE, &mut self.server)
            .await
            .is_err()
        {
            self.server.abort();
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
        self.notifier.abort();
    }
}

/// Answers until the other end of `stopped` is gone.
async fn serve(listener: TcpListener, service: Arc<Service>, stopped: oneshot::Receiver<()>) {
    let router = Router::new().fallback(handle).with_state(service);
    let stopped = async {
        // Dropping the sender is the signal; there is nothing to receive.
        stopped.await.unwrap_or_default();
    };
    if let Err(error) = axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await
    {
        tracing::error!(%error, "simulator stopped serving");
    }
}

fn tenants(config: &SimulatorConfig) -> Result<Vec<Tenant>, Error> {
    let now = config.now.now();
    let mut ids = HashSet::new();
    let build = |tenant: &crate::TenantConfig| {
        if !ids.insert(tenant.tenant_id.to_ascii_lowercase()) {
            return Err(Error::DuplicateTenant(tenant.tenant_id.clone()));
        }
        let catalogue = Catalogue::new(
            &tenant.source,
            &tenant.more_blobs,
            tenant.past_weeks,
            &tenant.tenant_id,
            now,
            config.faults.shared_instants,
        )?;
        let credentials = Credentials::read(tenant)?;
        let announced = tenant.announcements.clone();
        let announced = announced.unwrap_or_else(|| Announcements::made_up(now));
        Ok(Tenant::new(
            tenant.clone(),
            catalogue,
            credentials,
            announced,
        ))
    };
    let tenants = config.tenants.iter().map(build).collect::<Result<_, _>>()?;
    match &config.managed_identity {
        Some(id) if !ids.contains(&id.to_ascii_lowercase()) => {
            Err(Error::UnknownTenant(id.clone()))
        }
        _ => Ok(tenants),
    }
}

/// The origin for an address listened on; "any address" is reached by loopback.
fn address_of(local: SocketAddr) -> Url {
    let mut reachable = local;
    if local.ip().is_unspecified() {
        reachable.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let text = format!("http://{reachable}/");
    text.parse().expect("a socket address makes an origin")
}
