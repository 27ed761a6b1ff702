//! The operations on searches of the audit log.

use std::borrow::Cow;

use super::index::Indexed;
use super::search::{Search, SearchState};
use super::{check_role, error, not_found, throttled};
use crate::service::reply::Reply;
use crate::service::{Call, Service, Tenant, locked};

/// Finds everything.
const ALL: &str = "AuditLogsQuery.Read.All";

/// Find the records of one service, which has this workload in its records (Microsoft Graph v1.0, "Create
/// auditLogQuery", section "Permissions").
const OF_ONE_SERVICE: [(&str, &str); 6] = [
    ("AuditLogsQuery-Entra.Read.All", "AzureActiveDirectory"),
    ("AuditLogsQuery-Exchange.Read.All", "Exchange"),
    ("AuditLogsQuery-SharePoint.Read.All", "SharePoint"),
    ("AuditLogsQuery-OneDrive.Read.All", "OneDrive"),
    ("AuditLogsQuery-Endpoint.Read.All", "Endpoint"),
    ("AuditLogsQuery-CRM.Read.All", "CRM"),
];

/// Seconds to wait, where too many searches are under way.
const WAIT: u64 = 1;

impl Service {
    pub(super) fn create_search(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        check_search_role(tenant)?;
        let (now, config) = (self.clock.now(), &self.search);
        let mut searches = locked(&tenant.searches);
        let pending = searches
            .iter()
            .filter(|search| !search.is_done(now, config));
        if pending.count() >= config.at_once {
            return Err(throttled(Some(WAIT)));
        }
        let search = Search::asked(&call.body, now, call.fails)?;
        let reply = Reply::json(201, &search.shown(now, config));
        searches.push(search);
        Ok(reply)
    }

    pub(super) fn list_searches(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        check_search_role(tenant)?;
        let (now, config) = (self.clock.now(), &self.search);
        let searches = locked(&tenant.searches);
        let shown = searches
            .iter()
            .map(|search| Cow::Owned(search.shown(now, config).to_string()));
        self.collection(call, config.page_size, shown)
    }

    /// Looking at a search is what makes it go on.
    pub(super) fn show_search(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        check_search_role(tenant)?;
        let (now, config) = (self.clock.now(), &self.search);
        let mut searches = locked(&tenant.searches);
        let search = find(&mut searches, call)?;
        search.look();
        self.settle(tenant, search);
        Ok(Reply::json(200, &search.shown(now, config)))
    }

    /// The records found; none as long as the search has not succeeded, which is no error.
    pub(super) fn list_records(&self, tenant: &Tenant, call: &Call) -> Result<Reply, Reply> {
        check_search_role(tenant)?;
        let mut searches = locked(&tenant.searches);
        let search = find(&mut searches, call)?;
        self.settle(tenant, search);
        let index = locked(&tenant.index);
        let found = search.found.iter().flat_map(|(numbers, _)| numbers);
        let shown = found
            .filter_map(|number| index.records.get(*number))
            .map(|record| Cow::Owned(record.shown()));
        self.collection(call, self.search.page_size, shown)
    }

    /// Looks for the records once the search has succeeded.
    fn settle(&self, tenant: &Tenant, search: &mut Search) {
        let now = self.clock.now();
        if search.found.is_some() || search.status(now, &self.search) != "succeeded" {
            return;
        }
        let mut index = locked(&tenant.index);
        index.extend(&tenant.catalogue, now);
        let wanted =
            |(_, record): &(usize, &Indexed)| search.wants(record) && may_find(tenant, record);
        let records = index.records.iter().enumerate().filter(wanted);
        let mut found: Vec<usize> = records.map(|(number, _)| number).collect();
        let exceeded = found.len() > self.search.record_limit;
        found.truncate(self.search.record_limit);
        search.found = Some((found, exceeded));
    }

    /// The searches of a tenant, as they are now.
    pub(crate) fn searches(&self, tenant: &Tenant) -> Vec<SearchState> {
        let now = self.clock.now();
        let searches = locked(&tenant.searches);
        let states = searches
            .iter()
            .map(|search| search.state(now, &self.search));
        states.collect()
    }
}

fn find<'a>(searches: &'a mut [Search], call: &Call) -> Result<&'a mut Search, Reply> {
    let id = call.route.query_id.as_deref().unwrap_or_default();
    if uuid::Uuid::try_parse(id).is_err() {
        return Err(error(400, "BadRequest", "The id is not valid."));
    }
    let mut searches = searches.iter_mut();
    searches
        .find(|search| search.id == id)
        .ok_or_else(|| not_found("The audit log query does not exist."))
}

fn check_search_role(tenant: &Tenant) -> Result<(), Reply> {
    let of_one = OF_ONE_SERVICE.iter().map(|(role, _)| *role);
    let roles: Vec<&str> = of_one.chain([ALL]).collect();
    check_role(tenant, &roles)
}

fn may_find(tenant: &Tenant, record: &Indexed) -> bool {
    let granted = |role: &str| tenant.config.graph_roles.iter().any(|held| held == role);
    let of_service = OF_ONE_SERVICE
        .iter()
        .any(|(role, workload)| granted(role) && *workload == record.workload);
    of_service || granted(ALL)
}
