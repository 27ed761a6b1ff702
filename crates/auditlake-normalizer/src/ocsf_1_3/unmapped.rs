//! What 1.3.0 does not take is not lost: it becomes the member `ocsf_1_8` of `unmapped`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringBuilder, StructArray};
use arrow::buffer::BooleanBuffer;
use arrow::error::ArrowError;

use super::arrays::{Member, object, text, with};
use crate::ndjson::write_lines;

/// The member of `unmapped` that holds what is left.
const MEMBER: &str = "ocsf_1_8";

/// The events with what is left of them.
pub(super) fn with_left(kept: &StructArray, left: Vec<Member>) -> Result<StructArray, ArrowError> {
    let (Some((_, field)), Some(unmapped)) =
        (kept.fields().find("unmapped"), text(kept, "unmapped"))
    else {
        return Err(ArrowError::SchemaError("no column `unmapped`".to_owned()));
    };
    if left.is_empty() {
        return Ok(kept.clone());
    }
    let left = object(left, BooleanBuffer::new_set(kept.len()))?;
    let mut lines = Vec::new();
    write_lines(&RecordBatch::from(left), &mut lines)?;
    let lines = String::from_utf8(lines).map_err(|e| ArrowError::JsonError(e.to_string()))?;
    let mut spliced = StringBuilder::with_capacity(kept.len(), lines.len());
    for (said, left) in unmapped.iter().zip(lines.lines()) {
        spliced.append_option(splice(said, left));
    }
    let spliced: ArrayRef = Arc::new(spliced.finish());
    with(kept, [(Arc::clone(field), spliced)])
}

/// The text of an object with one more member.
fn splice(object: Option<&str>, left: &str) -> Option<String> {
    if left == "{}" {
        return object.map(str::to_owned);
    }
    let members = object.and_then(|text| text.trim().strip_prefix('{')?.strip_suffix('}'));
    Some(match members.map(str::trim_end) {
        None | Some("") => format!(r#"{{"{MEMBER}":{left}}}"#),
        Some(members) => format!(r#"{{{members},"{MEMBER}":{left}}}"#),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_spliced_into_the_text() {
        for (object, left, expected) in [
            (None, "{}", None),
            (Some(r#"{"a":1}"#), "{}", Some(r#"{"a":1}"#)),
            (None, r#"{"b":2}"#, Some(r#"{"ocsf_1_8":{"b":2}}"#)),
            (Some("{}"), r#"{"b":2}"#, Some(r#"{"ocsf_1_8":{"b":2}}"#)),
            (
                Some("{\"a\": {}\n}"),
                r#"{"b":2}"#,
                Some(r#"{"a": {},"ocsf_1_8":{"b":2}}"#),
            ),
        ] {
            assert_eq!(splice(object, left).as_deref(), expected, "{object:?}");
        }
    }
}
