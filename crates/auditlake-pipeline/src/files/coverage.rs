//! What the mapping makes of somebody's own records: which kinds it knows, and which members no column takes. Kinds and
//! names of members are counted; no value of a record is kept.

mod paths;

use std::collections::{BTreeMap, HashSet};

use arrow::array::{Array, AsArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::Int32Type;
use auditlake_normalizer::class::CLASSES;
use auditlake_normalizer::record_types::by_value;
use auditlake_normalizer::workloads::Decided;
use auditlake_normalizer::{Batch, Origin, Refused, Row};
use serde::{Deserialize, Serialize};

use super::records::each_record;
use super::{FILES_CONNECTION, Input, UnreadInput, announce};
use crate::batches::{Batcher, Order};
use crate::error::Error;
use crate::progress::Progress;
use crate::report::Outcome;

/// What the mapping makes of records. `records = events + duplicates + quarantined`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Inputs that could not be read to the end.
    pub unread: Vec<UnreadInput>,
    /// Records read.
    pub records: u64,
    /// Distinct records, each of them an event.
    pub events: u64,
    /// Records left out because they came before.
    pub duplicates: u64,
    /// Items that are no audit records.
    pub quarantined: u64,
    /// Events whose operation a table has, by its name or by a pattern.
    pub mapped: u64,
    /// Events whose class or activity is a default.
    pub defaulted: u64,
    /// Events of which neither record type nor operation says what they are.
    pub unmapped: u64,
    /// The kinds of records, the most frequent first.
    pub kinds: Vec<Kind>,
}

impl Coverage {
    /// Whether all of the inputs was read.
    pub fn outcome(&self) -> Outcome {
        if self.unread.is_empty() {
            Outcome::Complete
        } else {
            Outcome::Gaps
        }
    }
}

/// Records of one record type and operation that became events of one class and activity in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// `RecordType` as sent, as text; none when the records have none.
    pub record_type: Option<String>,
    /// Microsoft's name of the record type, if it is a known one.
    pub record_type_name: Option<String>,
    /// `Operation` as sent; none when the records have none.
    pub operation: Option<String>,
    /// How many there are.
    pub events: u64,
    /// Whether tables say what these records are.
    pub status: Status,
    /// How class and activity came about: `named`, `pattern`, `verb`, `record_type_default`, `unknown_record_type`,
    /// `no_operation`.
    pub decided: String,
    /// OCSF class.
    pub class_name: String,
    /// OCSF activity.
    pub activity_id: i32,
    /// Caption of the activity.
    pub activity_name: String,
    /// The class that was decided on and not taken, since the records cannot fill what it demands.
    pub refused_class: Option<String>,
    /// The attribute that the refused class demands.
    pub missing: Option<String>,
    /// Members that no column took, by path, and how many of the records have each.
    pub unmapped_members: BTreeMap<String, u64>,
}

/// Whether tables say what records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A table has the operation.
    Mapped,
    /// Class or activity is a default: of the record type, by the verb of the operation, or since the class that was
    /// decided on could not be filled.
    Defaulted,
    /// The record type is not known, or there is no operation.
    Unmapped,
}

impl Status {
    fn of(decided: Decided, refused: Option<Refused>) -> Self {
        match decided {
            Decided::UnknownRecordType | Decided::NoOperation => Self::Unmapped,
            Decided::Verb | Decided::RecordTypeDefault => Self::Defaulted,
            Decided::Named | Decided::Pattern if refused.is_some() => Self::Defaulted,
            Decided::Named | Decided::Pattern => Self::Mapped,
        }
    }
}

/// Counts what the mapping makes of the records of inputs, each distinct record once.
///
/// An input that is not there is an error before anything is done; one that cannot be read to its end is named and
/// does not stop the others.
pub fn coverage(inputs: &[Input], progress: &Progress) -> Result<Coverage, Error> {
    announce(inputs, progress)?;
    let mut tally = Tally::default();
    let mut unread = Vec::new();
    let origin = Origin {
        connection: FILES_CONNECTION,
        ..Origin::default()
    };
    let mut batcher = Batcher::new(false, Order::Given);
    for input in inputs {
        let read = each_record(input, progress, &mut |record: &[u8], _| {
            batcher.push(record, &origin);
            tally.add_all(&batcher.full(), progress);
            Ok(())
        });
        unread.extend(read.err().map(|error| input.unread(&error)));
    }
    tally.add_all(&batcher.finish(), progress);
    Ok(Coverage {
        unread,
        ..tally.coverage()
    })
}

/// What makes records one kind.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    record_type: Option<String>,
    operation: Option<String>,
    decided: Decided,
    class_name: &'static str,
    activity_id: i32,
    refused: Option<Refused>,
}

#[derive(Debug, Default)]
struct Count {
    events: u64,
    members: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
struct Tally {
    seen: HashSet<u128>,
    records: u64,
    quarantined: u64,
    kinds: BTreeMap<Key, Count>,
}

impl Tally {
    fn add_all(&mut self, batches: &[Batch], progress: &Progress) {
        for batch in batches {
            self.add(batch);
            progress.events.add(batch.rows.len() as u64);
        }
    }

    fn add(&mut self, batch: &Batch) {
        self.records += (batch.rows.len() + batch.quarantine_identities.len()) as u64;
        self.quarantined += batch.quarantine_identities.len() as u64;
        let columns = Columns::of(&batch.events);
        for (n, row) in batch.rows.iter().enumerate() {
            if self.seen.insert(row.identity) {
                self.add_event(&columns, n, row);
            }
        }
    }

    fn add_event(&mut self, columns: &Columns<'_>, n: usize, row: &Row) {
        let key = Key {
            record_type: row.record_type.clone(),
            operation: text(columns.operation, n).map(str::to_owned),
            decided: row.decided,
            class_name: row.class_name,
            activity_id: columns.activity_id.map_or(0, |ids| ids.value(n)),
            refused: row.refused,
        };
        let count = self.kinds.entry(key).or_default();
        count.events += 1;
        for path in text(columns.unmapped, n).map(paths::of).unwrap_or_default() {
            *count.members.entry(path).or_default() += 1;
        }
    }

    fn coverage(self) -> Coverage {
        let events = self.seen.len() as u64;
        let mut kinds: Vec<Kind> = self.kinds.into_iter().map(kind).collect();
        // Stable: kinds of one size stay in the order of their record types and operations.
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.events));
        let of = |status| {
            let kinds = kinds.iter().filter(|kind| kind.status == status);
            kinds.map(|kind| kind.events).sum()
        };
        Coverage {
            unread: Vec::new(),
            records: self.records,
            events,
            duplicates: self.records - self.quarantined - events,
            quarantined: self.quarantined,
            mapped: of(Status::Mapped),
            defaulted: of(Status::Defaulted),
            unmapped: of(Status::Unmapped),
            kinds,
        }
    }
}

fn kind((key, count): (Key, Count)) -> Kind {
    let number = key
        .record_type
        .as_deref()
        .and_then(|text| text.parse().ok());
    Kind {
        record_type_name: number.and_then(by_value).map(|known| known.name.to_owned()),
        record_type: key.record_type,
        operation: key.operation,
        events: count.events,
        status: Status::of(key.decided, key.refused),
        decided: key.decided.word().to_owned(),
        class_name: key.class_name.to_owned(),
        activity_id: key.activity_id,
        activity_name: activity_name(key.class_name, key.activity_id).to_owned(),
        refused_class: key.refused.map(|refused| refused.class_name.to_owned()),
        missing: key.refused.map(|refused| refused.missing.to_owned()),
        unmapped_members: count.members,
    }
}

fn activity_name(class_name: &str, id: i32) -> &'static str {
    let class = CLASSES.iter().find(|class| class.caption == class_name);
    let caption = u8::try_from(id)
        .ok()
        .and_then(|id| class?.activity_caption(id));
    caption.unwrap_or(if id == 0 { "Unknown" } else { "Other" })
}

/// The columns that say what an event is.
struct Columns<'b> {
    operation: Option<&'b StringArray>,
    activity_id: Option<&'b Int32Array>,
    unmapped: Option<&'b StringArray>,
}

impl<'b> Columns<'b> {
    fn of(events: &'b RecordBatch) -> Self {
        let metadata = events
            .column_by_name("metadata")
            .and_then(|column| column.as_struct_opt());
        Self {
            operation: metadata
                .and_then(|metadata| metadata.column_by_name("event_code"))
                .and_then(|column| column.as_string_opt()),
            activity_id: events
                .column_by_name("activity_id")
                .and_then(|column| column.as_primitive_opt::<Int32Type>()),
            unmapped: events
                .column_by_name("unmapped")
                .and_then(|column| column.as_string_opt()),
        }
    }
}

fn text(column: Option<&StringArray>, row: usize) -> Option<&str> {
    column
        .filter(|column| column.is_valid(row))
        .map(|column| column.value(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(records: &str) -> Coverage {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("export.jsonl");
        std::fs::write(&path, records).expect("a file");
        coverage(&[Input::File(path)], &Progress::default()).expect("coverage")
    }

    fn sign_in(members: &str) -> String {
        format!(
            r#"{{"CreationTime":"2026-05-04T10:12:33","RecordType":15,"UserId":"ada@contoso.example",{members}}}"#
        )
    }

    fn only(coverage: &Coverage) -> &Kind {
        assert_eq!(coverage.kinds.len(), 1, "{:?}", coverage.kinds);
        &coverage.kinds[0]
    }

    #[test]
    fn kinds_are_counted_with_how_they_were_decided() {
        let known =
            sign_in(r#""Id":"1","Operation":"UserLoginFailed","Odd":{"A":[{"B":"secret"}]}"#);
        let other = sign_in(r#""Id":"2","Operation":"UserLoginFailed""#);
        let verb = sign_in(r#""Id":"3","Operation":"Frobnicate""#);
        let new = r#"{"Id":"4","Operation":"Send","RecordType":99999}"#;
        let coverage = of(&[&known, &known, &other, &verb, new, "nonsense"]
            .map(ToOwned::to_owned)
            .join("\n"));
        assert_eq!(
            (
                coverage.records,
                coverage.events,
                coverage.duplicates,
                coverage.quarantined
            ),
            (6, 4, 1, 1)
        );
        assert_eq!(
            (coverage.mapped, coverage.defaulted, coverage.unmapped),
            (2, 1, 1)
        );
        let first = &coverage.kinds[0];
        assert_eq!(
            (
                first.events,
                first.decided.as_str(),
                first.class_name.as_str()
            ),
            (2, "named", "Authentication")
        );
        assert_eq!(
            first.record_type_name.as_deref(),
            Some("AzureActiveDirectoryStsLogon")
        );
        assert_eq!(first.unmapped_members.get("Odd.A[].B"), Some(&1));
    }

    #[test]
    fn no_value_of_a_record_is_told() {
        let record = sign_in(
            r#""Id":"ident","Operation":"UserLoggedIn","Odd":"secret","By":{"ada@contoso.example":{"x":1}},"List":["secret"]"#,
        );
        let coverage = of(&record);
        let json = serde_json::to_string(&coverage).unwrap();
        for value in ["secret", "ada", "contoso", "2026", "ident"] {
            assert!(!json.contains(value), "{value}: {json}");
        }
        let members: Vec<_> = only(&coverage).unmapped_members.keys().collect();
        assert_eq!(members, ["By.*.x", "List[]", "Odd"]);
    }

    #[test]
    fn a_class_that_cannot_be_filled_is_named_with_what_it_lacks() {
        let coverage = of(
            r#"{"Id":"1","Operation":"FileDownloaded","RecordType":6,"UserId":"ada@contoso.example"}"#,
        );
        let kind = only(&coverage);
        assert_eq!(kind.refused_class.as_deref(), Some("File Hosting Activity"));
        assert_eq!(kind.missing.as_deref(), Some("file"));
        assert_eq!(
            (kind.status, kind.decided.as_str()),
            (Status::Defaulted, "named")
        );
    }
}
