//! The `quarantine` table: what was fetched and is not an audit record.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::arrow::utc;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("uid"),
        text("reason"),
        text("detail"),
        text("connection"),
        text("content_type"),
        text("content_id"),
        Field::new(
            "logged_time",
            DataType::Timestamp(TimeUnit::Microsecond, Some(utc())),
            true,
        ),
        text("raw_data"),
        Field::new("raw_bytes", DataType::Binary, true),
    ]))
});

/// The Arrow schema of the `quarantine` table: `uid` (hash of the bytes, in hexadecimal), `reason` (a word) and
/// `detail` (a sentence), where it came from, and the item itself: `raw_data` as text, or `raw_bytes` when it is not UTF-8.
pub fn quarantine_schema() -> SchemaRef {
    Arc::clone(&SCHEMA)
}

/// What a column of the `quarantine` table means.
pub fn quarantine_doc(column: &str) -> &'static str {
    match column {
        "uid" => "Identity of the item: hash of its bytes, in hexadecimal.",
        "reason" => "Why it is no audit record, in a word.",
        "detail" => "Why, in a sentence.",
        "connection" => "Connection that fetched it.",
        "content_type" => "Content type (feed) that it came from.",
        "content_id" => "Content blob that held it, or file.",
        "logged_time" => "`contentCreated` of the blob: when Microsoft published it.",
        "raw_data" => "The item as it came, when it is UTF-8.",
        "raw_bytes" => "The item as it came, when it is not.",
        _ => "",
    }
}
