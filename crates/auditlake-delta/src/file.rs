//! A file, as the log knows it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::Statistics;

/// What a path in the log has as it is. The log's paths are URIs (Delta protocol, "Add File"): a space of the object's
/// name is `%20` there, and a `%` of it `%25`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'=')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A data file that is in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFile {
    /// Where it is, below the table, as its object is called.
    pub path: String,
    /// The value of each partition column; `None` for null.
    pub partition_values: Vec<(String, Option<String>)>,
    /// Its bytes.
    pub bytes: u64,
    /// When it was written, in milliseconds since 1970.
    pub modified: i64,
    /// What its columns hold.
    pub statistics: Statistics,
}

/// An object's path as the log has it.
pub(crate) fn escape(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}

/// The path of the object that the log means.
pub(crate) fn unescape(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_log_is_a_uri_of_the_object() {
        let path = "class_name=Web Activity %3A ü/event_day=2026-05-04/a-1.parquet";
        let escaped = "class_name=Web%20Activity%20%253A%20%C3%BC/event_day=2026-05-04/a-1.parquet";
        assert_eq!(escape(path), escaped);
        assert_eq!(unescape(escaped), path);
    }
}
