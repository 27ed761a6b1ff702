//! Records in, one at a time; batches out.

use std::borrow::Cow;
use std::sync::Arc;
use std::{fmt, iter};

use arrow::array::{
    ArrayRef, BinaryBuilder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use jiff::Timestamp;

use crate::class;
use crate::class_events::Events;
use crate::event::{Event, Op};
use crate::record::{Node, Record, read, scalar};
use crate::room::emptied;
use crate::schema::{event_schema, quarantine_schema, utc};
use crate::workloads::{self, Decided, Decision};
use crate::{common, identity, record_types, status, verbs};

/// What may be chosen about the events.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Keep the record's own bytes in `raw_data`.
    pub raw_data: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { raw_data: true }
    }
}

/// Where a record came from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// Name of the connection.
    pub connection: &'a str,
    /// Content type (feed) of the blob, `Audit.Exchange`; none for a file.
    pub content_type: Option<&'a str>,
    /// `contentId` of the blob, or the file's name.
    pub content_id: Option<&'a str>,
    /// `contentCreated` of the blob: when Microsoft published it.
    pub content_created: Option<Timestamp>,
    /// Where it stands in its file.
    pub position: Option<Position>,
}

/// Where a record stands in its file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// On this line, or from it on.
    Line(u64),
    /// This element of an array.
    Element(u64),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(n) => write!(f, "line {n}"),
            Self::Element(n) => write!(f, "element {n}"),
        }
    }
}

/// One event of a batch, by row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Identity of the record: a hash of all its members, whatever their order.
    pub identity: u128,
    /// OCSF class caption, `File Hosting Activity`.
    pub class_name: &'static str,
    /// `RecordType` as sent, as text; none when the record has none.
    pub record_type: Option<String>,
    /// Whether the record type is in the table of known ones.
    pub record_type_known: bool,
    /// How class and activity came about.
    pub decided: Decided,
    /// The class that was decided on and then not taken, since the record could not fill what it demands.
    pub refused: Option<Refused>,
}

/// A class that an event could not be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refused {
    /// OCSF class caption.
    pub class_name: &'static str,
    /// An attribute that the class demands and the record cannot fill.
    pub missing: &'static str,
}

/// What a normalizer has made since the last [`Normalizer::finish`].
#[derive(Debug)]
pub struct Batch {
    /// Events, of [`event_schema`](crate::event_schema).
    pub events: RecordBatch,
    /// One entry an event, in the same order.
    pub rows: Vec<Row>,
    /// What is not an audit record, of [`quarantine_schema`].
    pub quarantine: RecordBatch,
    /// Identities of the quarantined items (hash of their bytes), in the same order.
    pub quarantine_identities: Vec<u128>,
}

/// Turns records into batches, one at a time.
#[derive(Debug)]
pub struct Normalizer {
    options: Options,
    events: Events,
    quarantine: Quarantine,
    pending_bytes: usize,
    /// Room for the values of a record, empty between records.
    nodes: Vec<Node<'static>>,
    /// The same, for the steps in the making of a row.
    steps: Vec<Op<'static>>,
}

/// What all attributes of a record start from.
#[derive(Debug)]
pub(crate) struct Common<'a> {
    pub(crate) identity: u128,
    pub(crate) operation: Option<Cow<'a, str>>,
    pub(crate) record_type_text: Option<Cow<'a, str>>,
    pub(crate) record_type: Option<i64>,
}

impl Normalizer {
    /// An empty normalizer.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            events: Events::default(),
            quarantine: Quarantine::default(),
            pending_bytes: 0,
            nodes: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Takes one record: the bytes of one JSON value. Never fails: what is no audit record goes to the quarantine.
    pub fn push(&mut self, record: &[u8], origin: &Origin<'_>) {
        self.pending_bytes += record.len();
        match self.event(record, origin) {
            Ok(()) => {}
            Err(reason) => self.quarantine.push(record, &reason, origin),
        }
    }

    /// Events and quarantined items waiting.
    pub fn len(&self) -> usize {
        self.events.len() + self.quarantine.identities.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the records waiting: when to call [`Self::finish`].
    pub fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    /// Takes what waits, in the order of the records.
    ///
    /// # Panics
    /// Never, as long as builders and schema come from the same definition, which tests assert.
    pub fn finish(&mut self) -> Batch {
        let events = self.events.finish_in_order();
        let (events, rows) = events.expect("builders and schema come from one definition");
        self.batch(events, rows)
    }

    /// Takes what waits, the events of each class by themselves. What is quarantined is in the first batch.
    ///
    /// Most columns are of a few classes, and null in all others, so such batches take less memory than those of
    /// [`Self::finish`], and nothing has to be taken apart that is going into a file for each class.
    ///
    /// # Panics
    /// As [`Self::finish`].
    pub fn finish_by_class(&mut self) -> Vec<Batch> {
        let events = self.events.finish_by_class();
        let mut events = events.expect("builders and schema come from one definition");
        if events.is_empty() && !self.is_empty() {
            events.push((RecordBatch::new_empty(event_schema()), Vec::new()));
        }
        let events = events.into_iter();
        events
            .map(|(events, rows)| self.batch(events, rows))
            .collect()
    }

    fn batch(&mut self, events: RecordBatch, rows: Vec<Row>) -> Batch {
        self.pending_bytes = 0;
        let (quarantine, quarantine_identities) = self.quarantine.finish();
        Batch {
            events,
            rows,
            quarantine,
            quarantine_identities,
        }
    }

    fn event(&mut self, bytes: &[u8], origin: &Origin<'_>) -> Result<(), Reason> {
        let text = std::str::from_utf8(bytes).map_err(|e| Reason::new("not_utf8", &e))?;
        let mut nodes = emptied(std::mem::take(&mut self.nodes));
        let identity = read(text, &mut nodes);
        let done = self.event_of(text, identity.map(|identity| (&*nodes, identity)), origin);
        self.nodes = emptied(nodes);
        done
    }

    /// Appends the event of a record, of which the values and the identity are known if it was read in one go.
    fn event_of<'a>(
        &mut self,
        text: &'a str,
        known: Option<(&'a [Node<'a>], u128)>,
        origin: &Origin<'_>,
    ) -> Result<(), Reason> {
        let (record, identity) = match known {
            Some((nodes, identity)) => (Record::of(nodes), identity),
            None => read_closely(text).map_err(|e| not_an_object(text, &e))?,
        };
        if record.members().is_empty() {
            return Err(Reason {
                word: "empty",
                detail: "the object has no members".to_owned(),
            });
        }
        self.append(&record, &Common::of(identity, &record), origin, text);
        Ok(())
    }

    /// Makes the event, of the first class that does not refuse it, and appends it.
    fn append<'a>(
        &mut self,
        record: &Record<'a>,
        common: &Common<'a>,
        origin: &Origin<'_>,
        text: &'a str,
    ) {
        let raw = self.options.raw_data.then_some(text);
        let mut refused = None;
        for decision in decisions(record, common) {
            record.give_back_all();
            let steps = emptied(std::mem::take(&mut self.steps));
            let mut event = make(record, common, origin, decision, steps);
            let Some(missing) = event.missing() else {
                common::finish(&mut event, raw);
                let row = common.row(decision, refused);
                self.events.push(decision.class, &event.ops, row);
                self.steps = emptied(event.ops);
                return;
            };
            refused.get_or_insert(Refused {
                class_name: decision.class.caption,
                missing,
            });
        }
        unreachable!("a base event demands nothing")
    }
}

/// A record that was not read in one go, and its identity.
fn read_closely(text: &str) -> Result<(Record<'_>, u128), serde_json::Error> {
    let record = Record::parse(text)?;
    let identity = identity::of_record(&record, text);
    Ok((record, identity))
}

/// What the event may be: as decided, else API Activity, else Base Event, which demands nothing.
fn decisions<'c>(
    record: &Record<'_>,
    common: &'c Common<'_>,
) -> impl Iterator<Item = Decision> + use<'c> {
    let operation = common.operation.as_deref();
    let first = operation.map(|op| workloads::decide(record, op, common.record_type));
    let second = move || {
        let api = &class::API_ACTIVITY;
        let (first, operation) = first.zip(operation)?;
        Some(first.to(api, verbs::activity(api, operation)))
    };
    let decided = first.map_or(Decided::NoOperation, |first| first.decided);
    let last = Decision::new(&class::BASE_EVENT, 99, decided);
    let others = iter::once_with(second).flatten().chain([last]);
    first.into_iter().chain(others)
}

/// An event of a given class, up to what depends on its being kept.
fn make<'r, 'a>(
    record: &'r Record<'a>,
    common: &Common<'a>,
    origin: &'r Origin<'r>,
    decision: Decision,
    steps: Vec<Op<'a>>,
) -> Event<'r, 'a> {
    let mut event = Event::new(record, origin, decision.class, decision.activity);
    event.ops = steps;
    event.sensitive = decision.sensitive;
    if let Some(workload) = workloads::of_record_type(common.record_type) {
        (workload.map)(&mut event);
        workloads::copy_fields(&mut event, workload.fields);
        crate::things::set(&mut event, workload.things);
    }
    common::set_who_and_where(&mut event);
    crate::generic::set(&mut event, common.operation.as_deref());
    common::set_base(&mut event, common);
    status::set(&mut event, decision.outcome);
    event.prune();
    event
}

impl<'a> Common<'a> {
    fn of(identity: u128, record: &Record<'a>) -> Self {
        let record_type_text = record.text("RecordType");
        let record_type = record_type_text.as_deref().and_then(record_types::number);
        Self {
            identity,
            operation: record
                .text("Operation")
                .filter(|operation| !operation.trim().is_empty()),
            record_type_text,
            record_type,
        }
    }

    fn row(&self, decision: Decision, refused: Option<Refused>) -> Row {
        let known = self.record_type.and_then(record_types::by_value);
        Row {
            identity: self.identity,
            class_name: decision.class.caption,
            decided: decision.decided,
            refused,
            record_type_known: known.is_some(),
            record_type: self.record_type_text.clone().map(Cow::into_owned),
        }
    }
}

/// Why something is no audit record.
#[derive(Debug)]
struct Reason {
    word: &'static str,
    detail: String,
}

impl Reason {
    fn new(word: &'static str, detail: &dyn std::fmt::Display) -> Self {
        Self {
            word,
            detail: detail.to_string(),
        }
    }
}

fn not_an_object(text: &str, error: &serde_json::Error) -> Reason {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_json && !text.trim_start().starts_with('{') {
        let kind = if scalar(text.trim()).is_some() {
            "a single value"
        } else {
            "null, an array or an empty string"
        };
        return Reason {
            word: "not_an_object",
            detail: format!("the element is {kind}, not an object"),
        };
    }
    Reason::new("not_json", error)
}

/// Builders of the `quarantine` table.
#[derive(Debug, Default)]
struct Quarantine {
    identities: Vec<u128>,
    uid: StringBuilder,
    reason: StringBuilder,
    detail: StringBuilder,
    connection: StringBuilder,
    content_type: StringBuilder,
    content_id: StringBuilder,
    logged_time: TimestampMicrosecondBuilder,
    raw_data: StringBuilder,
    raw_bytes: BinaryBuilder,
}

impl Quarantine {
    fn push(&mut self, bytes: &[u8], reason: &Reason, origin: &Origin<'_>) {
        let identity = identity::of_bytes(bytes);
        let text = std::str::from_utf8(bytes).ok();
        self.identities.push(identity);
        self.uid.append_value(identity::shown(identity));
        self.reason.append_value(reason.word);
        match origin.position {
            Some(position) => self
                .detail
                .append_value(format!("{position}: {}", reason.detail)),
            None => self.detail.append_value(&reason.detail),
        }
        self.connection.append_value(origin.connection);
        self.content_type.append_option(origin.content_type);
        self.content_id.append_option(origin.content_id);
        self.logged_time
            .append_option(origin.content_created.map(Timestamp::as_microsecond));
        self.raw_data.append_option(text);
        self.raw_bytes
            .append_option(text.is_none().then_some(bytes));
    }

    fn finish(&mut self) -> (RecordBatch, Vec<u128>) {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.uid.finish()),
            Arc::new(self.reason.finish()),
            Arc::new(self.detail.finish()),
            Arc::new(self.connection.finish()),
            Arc::new(self.content_type.finish()),
            Arc::new(self.content_id.finish()),
            Arc::new(self.logged_time.finish().with_timezone(utc())),
            Arc::new(self.raw_data.finish()),
            Arc::new(self.raw_bytes.finish()),
        ];
        let batch =
            RecordBatch::try_new(quarantine_schema(), columns).expect("builders follow the schema");
        (batch, std::mem::take(&mut self.identities))
    }
}
