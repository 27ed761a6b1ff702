//! A row in the making, and rows as columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, ListBuilder, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field};
use arrow::error::ArrowError;
use jiff::Timestamp;
use serde_json::Value;

use super::{HealthBatch, HealthOrigin};
use crate::identity::{self, Elements};
use crate::record::Record;
use crate::schema::column::{Column, Kind};
use crate::schema::{LIST_ITEM, SERVICE_HEALTH, service_health_schema, utc};
use crate::time;

/// What a column holds in a row.
#[derive(Debug)]
enum Cell {
    Text(String),
    Time(Timestamp),
    Bool(bool),
    Texts(Vec<String>),
}

/// A row: what is not set is null.
#[derive(Debug)]
pub(super) struct Row {
    identity: u128,
    cells: BTreeMap<&'static str, Cell>,
}

impl Row {
    /// A row of this kind; `version` tells it from others of the same id.
    pub(super) fn new(
        kind: &str,
        id: Option<&str>,
        version: &[&str],
        raw: &str,
        origin: &HealthOrigin<'_>,
    ) -> Self {
        let mut elements = Elements::default();
        let tenant = origin.tenant_uid.to_ascii_lowercase();
        for text in [&tenant, kind, id.unwrap_or_default()] {
            elements.add(identity::of_text(text));
        }
        for text in version {
            elements.add(identity::of_text(text));
        }
        let identity = elements.hash();
        let row = Self {
            identity,
            cells: BTreeMap::new(),
        };
        row.text("uid", Some(&identity::shown(identity)))
            .text("kind", Some(kind))
            .text("id", id)
            .text("connection", Some(origin.connection))
            .text("tenant_uid", Some(origin.tenant_uid))
            .time("logged_time", Some(origin.fetched))
            .text("raw_data", Some(raw))
    }

    /// Sets a text; none, or an empty one, leaves the column null.
    pub(super) fn text(mut self, column: &'static str, text: Option<&str>) -> Self {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.cells.insert(column, Cell::Text(text.to_owned()));
        }
        self
    }

    /// Sets a word as Graph spells it: the retired API, and samples of Graph itself, begin it with a capital.
    pub(super) fn word(self, column: &'static str, value: &Value) -> Self {
        let word = value.as_str().map(lower_camel);
        self.text(column, word.as_deref())
    }

    /// Sets a time.
    pub(super) fn time(mut self, column: &'static str, time: Option<Timestamp>) -> Self {
        if let Some(time) = time {
            self.cells.insert(column, Cell::Time(time));
        }
        self
    }

    /// Sets a boolean.
    pub(super) fn bool(mut self, column: &'static str, value: &Value) -> Self {
        if let Some(value) = value.as_bool() {
            self.cells.insert(column, Cell::Bool(value));
        }
        self
    }

    /// Sets a list; an empty one leaves the column null.
    pub(super) fn texts<'a>(
        mut self,
        column: &'static str,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
        if !texts.is_empty() {
            self.cells.insert(column, Cell::Texts(texts));
        }
        self
    }

    /// Sets JSON as text; null, or an empty array, leaves the column null.
    pub(super) fn json(self, column: &'static str, value: &Value) -> Self {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let text = (!is_empty).then(|| value.to_string());
        self.text(column, text.as_deref())
    }
}

/// What an element says; null for what is no JSON.
pub(super) fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

/// The elements of an array of an object, as they came; none where there is no such array.
pub(super) fn elements<'a>(json: &'a str, name: &str) -> Vec<&'a str> {
    let object = Record::parse(json).ok();
    object.map(|it| it.array(name)).unwrap_or_default()
}

/// A time of an element, in any of Microsoft's forms.
pub(super) fn read_time(value: &Value) -> Option<Timestamp> {
    time::parse(value.as_str()?)
}

/// What tells one version of an element from another: when it was changed, or else all it says.
pub(super) fn version(modified: &Value, json: &str) -> String {
    let time = read_time(modified).map(|time| time.as_microsecond().to_string());
    time.unwrap_or_else(|| hash(json))
}

/// A hash of a text, as text.
pub(super) fn hash(text: &str) -> String {
    identity::shown(identity::of_bytes(text.as_bytes()))
}

/// `ServiceDegradation` as `serviceDegradation`.
pub(super) fn lower_camel(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The rows as columns, without `raw_data` where that is not wanted.
pub(super) fn batch(mut rows: Vec<Row>, raw_data: bool) -> Result<HealthBatch, ArrowError> {
    if !raw_data {
        for row in &mut rows {
            row.cells.remove("raw_data");
        }
    }
    let arrays = SERVICE_HEALTH.iter().map(|column| array(column, &rows));
    Ok(HealthBatch {
        identities: rows.iter().map(|row| row.identity).collect(),
        rows: RecordBatch::try_new(service_health_schema(), arrays.collect())?,
    })
}

/// A cell of another type than its column's is null, which a test of all columns would see.
fn array(column: &Column, rows: &[Row]) -> ArrayRef {
    let cells = rows.iter().map(|row| row.cells.get(column.name));
    match column.kind {
        Kind::Bool => Arc::new(cells.map(boolean).collect::<BooleanArray>()),
        Kind::DateTime => {
            let micros = cells.map(micros).collect::<TimestampMicrosecondArray>();
            Arc::new(micros.with_timezone(utc()))
        }
        Kind::TextList => texts(cells),
        _ => Arc::new(cells.map(text).collect::<StringArray>()),
    }
}

fn text(cell: Option<&Cell>) -> Option<&str> {
    match cell {
        Some(Cell::Text(text)) => Some(text),
        _ => None,
    }
}

fn micros(cell: Option<&Cell>) -> Option<i64> {
    match cell {
        Some(Cell::Time(time)) => Some(time.as_microsecond()),
        _ => None,
    }
}

fn boolean(cell: Option<&Cell>) -> Option<bool> {
    match cell {
        Some(Cell::Bool(value)) => Some(*value),
        _ => None,
    }
}

fn texts<'a>(cells: impl Iterator<Item = Option<&'a Cell>>) -> ArrayRef {
    let item = Field::new(LIST_ITEM, DataType::Utf8, true);
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(item);
    for cell in cells {
        if let Some(Cell::Texts(texts)) = cell {
            for text in texts {
                lists.values().append_value(text);
            }
            lists.append(true);
        } else {
            lists.append(false);
        }
    }
    Arc::new(lists.finish())
}
