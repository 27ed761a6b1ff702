//! One search of the audit log: what it is limited to, and how far it is.
//!
//! Microsoft Graph v1.0, resource `security.auditLogQuery`.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::index::Indexed;
use super::{bad_request, record_types};
use crate::config::SearchConfig;
use crate::service::reply::Reply;

/// A search, as tests see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchState {
    /// The service's id.
    pub id: String,
    /// The name that it was created with.
    pub display_name: String,
    /// The earliest time of a record.
    pub filter_start: Option<Timestamp>,
    /// The end of the time of records.
    pub filter_end: Option<Timestamp>,
    /// When it was created.
    pub created: Timestamp,
    /// `notStarted`, `running`, `succeeded` or `failed`.
    pub status: &'static str,
}

/// A search that was created.
#[derive(Debug)]
pub(in crate::service) struct Search {
    pub(super) id: String,
    display_name: String,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    record_types: Vec<String>,
    services: Vec<String>,
    created: Timestamp,
    /// How often it was looked at.
    looks: u32,
    fails: bool,
    /// Numbers of the records found, and whether there were more.
    pub(super) found: Option<(Vec<usize>, bool)>,
}

impl Search {
    /// The search that a request asks for. The filters are optional, as the documentation has them.
    pub(super) fn asked(body: &[u8], now: Timestamp, fails: bool) -> Result<Self, Reply> {
        let body: Value =
            serde_json::from_slice(body).map_err(|_| bad_request("The body is no JSON."))?;
        let search = Self {
            id: uuid::Uuid::new_v4().to_string(),
            display_name: body["displayName"].as_str().unwrap_or_default().to_owned(),
            start: time(&body, "filterStartDateTime")?,
            end: time(&body, "filterEndDateTime")?,
            record_types: texts(&body, "recordTypeFilters")?,
            services: texts(&body, "serviceFilters")?,
            created: now,
            looks: 0,
            fails,
            found: None,
        };
        let unknown = |name: &&String| record_types::number(name).is_none();
        if let Some(name) = search.record_types.iter().find(unknown) {
            return Err(bad_request(&format!(
                "'{name}' is no value of 'auditLogRecordType'."
            )));
        }
        if search
            .start
            .zip(search.end)
            .is_some_and(|(start, end)| start >= end)
        {
            return Err(bad_request("The start must be before the end."));
        }
        Ok(search)
    }

    /// One more look at it.
    pub(super) fn look(&mut self) {
        self.looks = self.looks.saturating_add(1);
    }

    /// Whether it has come to its end, well or not.
    pub(super) fn is_done(&self, now: Timestamp, config: &SearchConfig) -> bool {
        self.looks >= config.looks && now >= self.created + config.duration
    }

    pub(super) fn status(&self, now: Timestamp, config: &SearchConfig) -> &'static str {
        match (self.is_done(now, config), self.fails) {
            (true, true) => "failed",
            (true, false) => "succeeded",
            (false, _) if self.looks == 0 => "notStarted",
            (false, _) => "running",
        }
    }

    /// Whether a record is looked for. The span is half-open here; the documentation does not say.
    pub(super) fn wants(&self, record: &Indexed) -> bool {
        let typed = |name: &String| record_types::number(name) == record.record_type;
        let of_service = |name: &String| name.eq_ignore_ascii_case(&record.workload);
        self.start.is_none_or(|start| start <= record.time)
            && self.end.is_none_or(|end| record.time < end)
            && (self.record_types.is_empty() || self.record_types.iter().any(typed))
            && (self.services.is_empty() || self.services.iter().any(of_service))
    }

    /// The resource as JSON.
    pub(super) fn shown(&self, now: Timestamp, config: &SearchConfig) -> Value {
        let found = self.found.as_ref();
        json!({
            "@odata.type": "#microsoft.graph.security.auditLogQuery",
            "id": self.id,
            "displayName": self.display_name,
            "filterStartDateTime": self.start,
            "filterEndDateTime": self.end,
            "recordTypeFilters": self.record_types,
            "keywordFilter": null,
            "serviceFilters": self.services,
            "operationFilters": [], "userPrincipalNameFilters": [], "ipAddressFilters": [],
            "objectIdFilters": [], "administrativeUnitIdFilters": [],
            "status": self.status(now, config),
            "approximateReturnedRecordCount": found.map_or(0, |(records, _)| records.len()),
            "isRecordCountLimitExceeded": found.is_some_and(|(_, more)| *more),
            "recordCountLimit": config.record_limit,
        })
    }

    pub(super) fn state(&self, now: Timestamp, config: &SearchConfig) -> SearchState {
        SearchState {
            id: self.id.clone(),
            display_name: self.display_name.clone(),
            filter_start: self.start,
            filter_end: self.end,
            created: self.created,
            status: self.status(now, config),
        }
    }
}

/// `DateTimeOffset`: with a zone.
fn time(body: &Value, name: &str) -> Result<Option<Timestamp>, Reply> {
    let invalid = || bad_request(&format!("'{name}' is no 'Edm.DateTimeOffset'."));
    match &body[name] {
        Value::Null => Ok(None),
        Value::String(text) => text.parse().map(Some).map_err(|_| invalid()),
        _ => Err(invalid()),
    }
}

fn texts(body: &Value, name: &str) -> Result<Vec<String>, Reply> {
    let read = serde_json::from_value::<Option<Vec<String>>>(body[name].clone());
    let read = read.map_err(|_| bad_request(&format!("'{name}' is no collection of strings.")))?;
    Ok(read.unwrap_or_default())
}
