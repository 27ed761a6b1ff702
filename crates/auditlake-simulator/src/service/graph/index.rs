//! The records that searches look through: all that the tenant ever offered, each once, also what the feed has no more.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::audit_data::audit_data;
use super::record_types;
use crate::catalogue::{Catalogue, digest, records_of};
use crate::members::{Members, canonical};

/// Records in the order in which they became available; grows as the clock moves on.
#[derive(Debug, Default)]
pub(in crate::service) struct Index {
    blobs: usize,
    seen: HashSet<(u64, u64)>,
    pub(super) records: Vec<Indexed>,
}

/// A record and what it is found by.
#[derive(Debug)]
pub(super) struct Indexed {
    pub(super) time: Timestamp,
    pub(super) record_type: Option<i64>,
    pub(super) workload: String,
    text: String,
}

impl Index {
    /// Takes in what has become available.
    pub(super) fn extend(&mut self, catalogue: &Catalogue, now: Timestamp) {
        let available = catalogue.available(now);
        for entry in available.iter().skip(self.blobs) {
            for text in records_of(&entry.body()) {
                let unseen = canonical(&text).is_ok_and(|text| self.seen.insert(digest(&text)));
                let members = Members::parse(&text).ok().filter(|_| unseen);
                let offered = entry.offered.created;
                self.records
                    .extend(members.map(|members| Indexed::new(&members, text, offered)));
            }
        }
        self.blobs = self.blobs.max(available.len());
    }
}

impl Indexed {
    fn new(members: &Members, text: String, offered: Timestamp) -> Self {
        Self {
            time: time(members).unwrap_or(offered),
            record_type: members.number("RecordType"),
            workload: members.string("Workload").unwrap_or_default(),
            text,
        }
    }

    /// The `auditLogRecord`.
    pub(super) fn shown(&self) -> String {
        let record: Value = serde_json::from_str(&self.text).unwrap_or_default();
        let wrapper = json!({
            "id": record["Id"], "createdDateTime": self.time,
            "auditLogRecordType": record_types::name(self.record_type),
            "operation": record["Operation"], "organizationId": record["OrganizationId"],
            "userType": user_type(&record["UserType"]), "userId": record["UserKey"],
            "service": record["Workload"], "objectId": record["ObjectId"],
            "userPrincipalName": record["UserId"], "clientIp": record["ClientIP"],
            "administrativeUnits": [""],
        });
        let wrapper = wrapper.to_string();
        let open = wrapper.strip_suffix('}').unwrap_or(&wrapper);
        let shown = Members::parse(&self.text).map(|record| audit_data(&record));
        let audit_data = shown.unwrap_or_else(|_| "{}".to_owned());
        format!(r#"{open},"auditData":{audit_data}}}"#)
    }
}

/// `CreationTime` has no zone and is UTC.
fn time(members: &Members) -> Option<Timestamp> {
    let text = members.string("CreationTime")?;
    let zoneless = || text.parse::<DateTime>().ok();
    let utc = |time| TimeZone::UTC.to_timestamp(time).ok();
    text.parse().ok().or_else(|| zoneless().and_then(utc))
}

/// The names of `auditLogUserType`, by the record's number.
fn user_type(number: &Value) -> &'static str {
    const NAMES: [&str; 9] = [
        "regular",
        "reserved",
        "admin",
        "dcAdmin",
        "system",
        "application",
        "servicePrincipal",
        "customPolicy",
        "systemPolicy",
    ];
    let index = number
        .as_u64()
        .and_then(|number| usize::try_from(number).ok());
    let name = index.and_then(|index| NAMES.get(index));
    name.copied().unwrap_or("unknownFutureValue")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_in_the_member_audit_data() {
        let record = r#"{"Id":"a","N":1.50}"#;
        let members = Members::parse(record).unwrap();
        let indexed = Indexed::new(&members, record.to_owned(), Timestamp::UNIX_EPOCH);
        let shown = indexed.shown();
        assert!(shown.ends_with(r#""Id":"a","N":1.50}}"#), "{shown}");
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(
            (&shown["id"], &shown["auditData"]["Id"]),
            (&json!("a"), &json!("a"))
        );
    }

    #[test]
    fn a_record_is_found_by_its_own_time_or_that_of_its_blob() {
        let time_of = |record: &str| {
            let members = Members::parse(record).unwrap();
            let indexed = Indexed::new(&members, record.to_owned(), Timestamp::UNIX_EPOCH);
            indexed.time.to_string()
        };
        let own = time_of(r#"{"CreationTime":"2026-05-04T10:00:00"}"#);
        assert_eq!(own, "2026-05-04T10:00:00Z");
        assert_eq!(time_of("{}"), "1970-01-01T00:00:00Z");
    }
}
