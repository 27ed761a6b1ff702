//! What the simulator knows of itself: for programs that compare instead of trusting. Outside the API's paths, without
//! a token, never spoilt by a fault, never logged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::response::Response;
use serde_json::json;

use super::reply::{Cut, Reply};
use super::{Service, Tenant, locked};
use crate::OfferedBlob;
use crate::catalogue::{Entry, distinct, is_array};
use crate::faults::{Faults, Operation, Reason, Reasoned, Unobtainable};

/// Where these paths begin.
pub(super) const ROOT: &str = "/_simulator/";

/// Answers `{tenant}/expected`, `{tenant}/unobtainable`, `{tenant}/searches` and `{tenant}/faults`.
pub(super) async fn answer(service: Arc<Service>, path: &str) -> Response {
    let path = path.to_owned();
    // Making up the records of a large tenant takes long enough to be in others' way.
    let reply = tokio::task::spawn_blocking(move || service.inspect(&path)).await;
    reply
        .unwrap_or_else(|_| Reply::empty(500))
        .into_response(Cut::No)
}

impl Service {
    fn inspect(&self, path: &str) -> Reply {
        let (tenant_id, what) = path.split_once('/').unwrap_or((path, ""));
        let Some(tenant) = self.tenant(tenant_id) else {
            return Reply::json(404, &json!({"error": "unknown tenant"}));
        };
        match what {
            "expected" => lines(self.obtainable(tenant)),
            "unobtainable" => {
                let all = self.unobtainable(tenant).into_iter();
                lines(all.map(|item| json!(item).to_string()).collect())
            }
            "searches" => {
                let all = self.searches(tenant).into_iter();
                lines(all.map(|search| json!(search).to_string()).collect())
            }
            "faults" => Reply::json(200, &json!(self.fault_counts())),
            _ => Reply::json(404, &json!({"error": "unknown path"})),
        }
    }

    pub(crate) fn fault_counts(&self) -> BTreeMap<String, u64> {
        locked(&self.faults).met()
    }

    /// The distinct records of all blobs that can be had.
    pub(crate) fn obtainable(&self, tenant: &Tenant) -> Vec<String> {
        let fates = self.fates(tenant).into_iter();
        distinct(fates.filter_map(|(entry, fate)| fate.is_none().then_some(entry)))
    }

    /// The blobs that can not, and the windows if that is why.
    pub(crate) fn unobtainable(&self, tenant: &Tenant) -> Vec<Unobtainable> {
        let mut windows = BTreeSet::new();
        let mut all = Vec::new();
        for (entry, fate) in self.fates(tenant) {
            let malformed = || (!is_array(&entry.body())).then_some(plain(Reason::Malformed));
            let Some(fate) = fate.or_else(malformed) else {
                continue;
            };
            let item = named(&entry.offered, fate);
            if fate.window.is_some() && windows.insert((item.content_type, fate.window)) {
                all.push(Unobtainable {
                    content_id: None,
                    created: None,
                    ..item.clone()
                });
            }
            all.push(item);
        }
        all
    }

    /// Each blob offered by now and why it can never be had. Bodies are left for later: they take long, and this
    /// keeps requests waiting.
    fn fates<'a>(&self, tenant: &'a Tenant) -> Vec<(&'a Entry, Option<Reasoned>)> {
        let faults = locked(&self.faults);
        let entries = tenant.catalogue.available(self.clock.now()).iter();
        entries
            .map(|entry| (entry, self.fate(&faults, tenant, entry)))
            .collect()
    }

    /// Why a blob can never be had, whatever its body.
    fn fate(&self, faults: &Faults, tenant: &Tenant, entry: &Entry) -> Option<Reasoned> {
        let blob = &entry.offered;
        let tenant_id = &tenant.config.tenant_id;
        if super::token::check_permission(tenant, blob.content_type).is_err() {
            return Some(plain(Reason::Permission));
        }
        if super::subscriptions::check_enabled(tenant, blob.content_type).is_err()
            && let Some(reason) =
                faults.operation_fate(Operation::Start, tenant_id, Some(blob.content_type))
        {
            return Some(plain(reason));
        }
        if blob.expires < self.started {
            return Some(plain(Reason::Expired));
        }
        faults.fate(tenant_id, blob)
    }

    /// Whether a blob can never be had by the plan.
    pub(super) fn is_lost(&self, tenant: &Tenant, entry: &Entry) -> bool {
        self.fate(&locked(&self.faults), tenant, entry).is_some()
    }
}

fn named(blob: &OfferedBlob, Reasoned { reason, window }: Reasoned) -> Unobtainable {
    Unobtainable {
        content_type: blob.content_type,
        content_id: Some(blob.content_id.clone()),
        created: Some(blob.created),
        window,
        reason,
    }
}

fn plain(reason: Reason) -> Reasoned {
    Reasoned {
        reason,
        window: None,
    }
}

fn lines(lines: Vec<String>) -> Reply {
    let mut body = String::new();
    for line in lines {
        body.push_str(&line);
        body.push('\n');
    }
    Reply::new(200, "application/x-ndjson", body)
}
