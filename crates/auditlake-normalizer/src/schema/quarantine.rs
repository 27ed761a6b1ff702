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
