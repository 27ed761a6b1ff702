//! Records inside something else: a page of Microsoft Graph's audit search, its records, and rows of
//! `Search-UnifiedAuditLog | ConvertTo-Json`.
//!
//! Source: Microsoft Graph, resource type `auditLogRecord`; Exchange PowerShell, `Search-UnifiedAuditLog`.

use std::io;

use auditlake_normalizer::Position;
use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Gives the audit records that an item holds to `take`; an item that holds none is one, or is none at all.
pub(crate) fn each_within(
    item: &[u8],
    position: Position,
    take: &mut impl FnMut(&[u8], Position) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(elements) = page(item) {
        let elements = (1..).zip(elements);
        return elements
            .map(|(n, element)| (element.get().as_bytes(), Position::Element(n)))
            .try_for_each(|(element, position)| each_within(element, position, take));
    }
    match audit_data(item) {
        Some(AuditData::Object(record)) => take(record.as_bytes(), position),
        Some(AuditData::Text(record)) => take(record.as_bytes(), position),
        None => take(item, position),
    }
}

/// The elements of a page: `{"@odata.context": …, "value": [ … ]}`.
fn page(item: &[u8]) -> Option<Vec<&RawValue>> {
    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        value: Vec<&'a RawValue>,
    }
    let first = item.strip_prefix(b"{")?.trim_ascii_start();
    let is_page = first.starts_with(b"\"@odata.") || first.starts_with(b"\"value\"");
    let page: Page<'_> = is_page.then(|| serde_json::from_slice(item).ok())??;
    Some(page.value)
}

enum AuditData<'a> {
    Object(&'a str),
    Text(String),
}

/// The member `auditData` of a record that has no time of its own: an object, or its text.
fn audit_data(item: &[u8]) -> Option<AuditData<'_>> {
    #[derive(Deserialize)]
    struct Wrapper<'a> {
        #[serde(borrow, rename = "auditData", alias = "AuditData")]
        audit_data: &'a RawValue,
        #[serde(rename = "CreationTime")]
        creation_time: Option<serde::de::IgnoredAny>,
    }
    memmem::find(item, b"uditData\"")?;
    let wrapper: Wrapper<'_> = serde_json::from_slice(item).ok()?;
    let inner = wrapper.audit_data.get();
    let inner = match inner.as_bytes().first()? {
        b'{' => AuditData::Object(inner),
        b'"' => AuditData::Text(serde_json::from_str(inner).ok()?),
        _ => return None,
    };
    wrapper.creation_time.is_none().then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(item: &str, expected: &[&str]) {
        let mut records = Vec::new();
        each_within(item.as_bytes(), Position::Line(1), &mut |record, _| {
            records.push(String::from_utf8_lossy(record).into_owned());
            Ok(())
        })
        .expect("nothing fails here");
        assert_eq!(records, expected);
    }

    #[test]
    fn records_are_taken_out_of_what_holds_them() {
        check(
            r#"{"id":"a","createdDateTime":"2026-05-04T10:00:00Z","auditData":{"Id":"1","CreationTime":"x"}}"#,
            &[r#"{"Id":"1","CreationTime":"x"}"#],
        );
        check(
            r#"{"RecordType":"ExchangeAdmin","AuditData":"{\"Id\":\"1\"}"}"#,
            &[r#"{"Id":"1"}"#],
        );
        check(
            r#"{"@odata.context":"c","value":[{"auditData":{"Id":"1"}},{"Id":"2"}]}"#,
            &[r#"{"Id":"1"}"#, r#"{"Id":"2"}"#],
        );
    }

    #[test]
    fn what_holds_no_record_is_left_alone() {
        for item in [
            r#"{"Id":"1","CreationTime":"x","AuditData":{"of":"its own"}}"#,
            r#"{"Id":"1","AuditData":7}"#,
            r#"{"value":"no page"}"#,
            "\"auditData\"",
            "{\"auditData\"",
        ] {
            check(item, &[item]);
        }
    }
}
