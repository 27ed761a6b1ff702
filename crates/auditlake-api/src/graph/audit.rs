//! Searches of the unified audit log: created, looked after until they are done, and read page by page.
//!
//! Source: Microsoft Graph v1.0, resources `security.auditLogQuery` and `security.auditLogRecord`.

use std::fmt;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::GraphClient;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::paging::parse_uri;
use crate::transport::Call;

const QUERIES: [&str; 3] = ["security", "auditLog", "queries"];

/// What is searched for. An empty list of record types or services is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuery {
    /// By which the search is found again in [`GraphClient::queries`].
    pub display_name: String,
    /// The earliest time of a record.
    pub filter_start: Timestamp,
    /// The end of the time of records. The documentation does not say whether the end itself is in: searches that
    /// touch may both hold a record of that instant.
    pub filter_end: Timestamp,
    /// Names of Graph's `auditLogRecordType`, such as `exchangeAdmin`.
    pub record_types: Vec<String>,
    /// Workloads, such as `Exchange`. Sent as `serviceFilters`, as the resource has it; the page of the create request
    /// has an older `serviceFilter` with one value.
    pub services: Vec<String>,
}

/// A search as the service tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryState {
    /// The service's id.
    pub id: String,
    /// The name that it was created with; empty where the service tells none.
    pub display_name: String,
    /// How far it is.
    pub status: QueryStatus,
    /// The earliest time of a record.
    pub filter_start: Option<Timestamp>,
    /// The end of the time of records.
    pub filter_end: Option<Timestamp>,
    /// The record types that it is limited to.
    pub record_types: Vec<String>,
    /// The workloads that it is limited to.
    pub services: Vec<String>,
    /// True when there are more records than the search returns: it must be narrowed. Authoritative.
    pub limit_exceeded: bool,
    /// The most records that a search returns, where the service says.
    pub record_limit: Option<u64>,
    /// About how many were found, above or below the truth.
    pub approximate_records: Option<u64>,
}

/// How far a search is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryStatus {
    /// It waits for its turn.
    NotStarted,
    /// It is at work.
    Running,
    /// Its records can be read.
    Succeeded,
    /// It ended without an outcome.
    Failed,
    /// It was stopped.
    Cancelled,
    /// A status that this client does not know, as the service spells it.
    Unknown(String),
}

/// A page of found records, each a whole `auditLogRecord` as it came; the record of the unified audit log is its member
/// `auditData`.
#[derive(Debug, Default)]
pub struct RecordPage {
    /// The records.
    pub records: Vec<Box<RawValue>>,
    /// The address of the next page; `None` after the last.
    pub next: Option<String>,
}

impl GraphClient {
    /// Creates a search. It is tried again only where the service has throttled it: after any other failure the search
    /// may exist, which [`Self::queries`] tells by its display name.
    ///
    /// Kinds to expect besides those of every request: [`ErrorKind::Permission`] without
    /// `AuditLogsQuery.Read.All` or one of its siblings for a service.
    pub async fn create_query(&self, query: &AuditQuery) -> Result<QueryState, Error> {
        let context = named(Operation::CreateAuditQuery, &query.display_name);
        let call = Call {
            method: Method::POST,
            url: self.config().graph_url(&QUERIES),
            header: None,
            body: Some(wire_query(query).to_string().into_bytes()),
            context: context.clone(),
            is_whole: is_query,
        };
        read(&self.0.call(call).await?.body, &context)
    }

    /// How far a search is. [`ErrorKind::NotFound`] for one that the service no longer has.
    pub async fn query(&self, id: &str) -> Result<QueryState, Error> {
        let context = named(Operation::ReadAuditQuery, id);
        let [security, log, queries] = QUERIES;
        let call = Call {
            method: Method::GET,
            url: self.config().graph_url(&[security, log, queries, id]),
            header: None,
            body: None,
            context: context.clone(),
            is_whole: is_query,
        };
        read(&self.0.call(call).await?.body, &context)
    }

    /// All searches that the service has of this application, whoever created them. Elements that cannot be read are
    /// left out with a warning in the log.
    pub async fn queries(&self) -> Result<Vec<QueryState>, Error> {
        let context = Context::new(Operation::ListAuditQueries);
        let first = self.config().graph_url(&QUERIES);
        let all = self.all_pages(first, &context).await?;
        Ok(all.elements.iter().filter_map(|one| element(one)).collect())
    }

    /// A page of a search's records: the first one, or the one that the page before named as [`RecordPage::next`].
    /// Those of a search that has not succeeded are not all.
    ///
    /// [`ErrorKind::RefusedUri`] for a next page outside the connection's Graph address.
    pub async fn records(&self, id: &str, next: Option<&str>) -> Result<RecordPage, Error> {
        let context = named(Operation::ListAuditRecords, id);
        let [security, log, queries] = QUERIES;
        let first = [security, log, queries, id, "records"];
        let url = match next {
            Some(next) => parse_uri(next, &context)?,
            None => self.config().graph_url(&first),
        };
        let page = self.page(url, context).await?;
        Ok(RecordPage {
            records: page.elements,
            next: page.next,
        })
    }
}

fn named(operation: Operation, name: &str) -> Context {
    Context {
        content_id: Some(name.to_owned()),
        ..Context::new(operation)
    }
}

/// A filter that is empty is not sent.
fn wire_query(query: &AuditQuery) -> serde_json::Value {
    let mut body = serde_json::json!({
        "@odata.type": "#microsoft.graph.security.auditLogQuery",
        "displayName": query.display_name,
        "filterStartDateTime": query.filter_start,
        "filterEndDateTime": query.filter_end,
    });
    for (name, values) in [
        ("recordTypeFilters", &query.record_types),
        ("serviceFilters", &query.services),
    ] {
        if !values.is_empty() {
            body[name] = serde_json::json!(values);
        }
    }
    body
}

/// The JSON of a search; all but the id may be missing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireQuery {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    filter_start_date_time: Option<String>,
    #[serde(default)]
    filter_end_date_time: Option<String>,
    #[serde(default)]
    record_type_filters: Option<Vec<String>>,
    #[serde(default)]
    service_filters: Option<Vec<String>>,
    #[serde(default)]
    is_record_count_limit_exceeded: Option<bool>,
    #[serde(default)]
    record_count_limit: Option<u64>,
    #[serde(default)]
    approximate_returned_record_count: Option<u64>,
}

impl From<WireQuery> for QueryState {
    fn from(wire: WireQuery) -> Self {
        let time = |text: Option<String>| text?.parse().ok();
        Self {
            id: wire.id,
            display_name: wire.display_name.unwrap_or_default(),
            status: QueryStatus::read(&wire.status.unwrap_or_default()),
            filter_start: time(wire.filter_start_date_time),
            filter_end: time(wire.filter_end_date_time),
            record_types: wire.record_type_filters.unwrap_or_default(),
            services: wire.service_filters.unwrap_or_default(),
            limit_exceeded: wire.is_record_count_limit_exceeded.unwrap_or_default(),
            record_limit: wire.record_count_limit,
            approximate_records: wire.approximate_returned_record_count,
        }
    }
}

fn is_query(body: &[u8]) -> bool {
    serde_json::from_slice::<WireQuery>(body).is_ok()
}

fn read(body: &[u8], context: &Context) -> Result<QueryState, Error> {
    let unreadable = |reason| {
        let error = context.error(ErrorKind::Malformed, "the answer is no audit search");
        error.with_source(reason)
    };
    let wire: WireQuery = serde_json::from_slice(body).map_err(unreadable)?;
    Ok(wire.into())
}

fn element(element: &RawValue) -> Option<QueryState> {
    let read: Result<WireQuery, _> = serde_json::from_str(element.get());
    read.inspect_err(|error| tracing::warn!(%error, "unreadable audit search"))
        .ok()
        .map(QueryState::from)
}

impl QueryStatus {
    /// The known ones, in the documentation's spelling.
    const NAMES: [(&'static str, Self); 5] = [
        ("notStarted", Self::NotStarted),
        ("running", Self::Running),
        ("succeeded", Self::Succeeded),
        ("failed", Self::Failed),
        ("cancelled", Self::Cancelled),
    ];

    /// Reads the service's word, in any letter case.
    fn read(text: &str) -> Self {
        let known = Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        known.map_or_else(|| Self::Unknown(text.to_owned()), |(_, one)| one.clone())
    }

    /// True while the search may still come to an end by itself; of a status that is unknown too.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::NotStarted | Self::Running | Self::Unknown(_))
    }
}

impl fmt::Display for QueryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Self::NAMES.iter().find(|(_, one)| one == self);
        match (known, self) {
            (Some((name, _)), _) => f.pad(name),
            (None, Self::Unknown(text)) => f.pad(text),
            (None, _) => Ok(()),
        }
    }
}

impl Serialize for QueryStatus {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_in_any_case_and_shown_as_documented() {
        for (name, status) in QueryStatus::NAMES {
            assert_eq!(QueryStatus::read(&name.to_uppercase()), status);
            assert_eq!(status.to_string(), name);
        }
        let unknown = QueryStatus::read("unknownFutureValue");
        assert_eq!(unknown.to_string(), "unknownFutureValue");
        assert!(unknown.is_pending() && QueryStatus::Running.is_pending());
        assert!(!QueryStatus::Failed.is_pending() && !QueryStatus::Succeeded.is_pending());
    }

    #[test]
    fn a_search_needs_an_id_and_nothing_else() {
        let state: QueryState = serde_json::from_str::<WireQuery>(r#"{"id":"q","x":1}"#)
            .map(QueryState::from)
            .unwrap();
        assert_eq!((state.id.as_str(), state.limit_exceeded), ("q", false));
        assert!(!is_query(br#"{"displayName":"d"}"#));
    }
}
