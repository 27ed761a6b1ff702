//! What is no audit record is kept with its reason, and makes no event.

use arrow::array::{Array, AsArray, RecordBatch};
use auditlake_normalizer::{Batch, Normalizer, Options, Origin};

fn normalize(items: &[&[u8]]) -> Batch {
    let mut normalizer = Normalizer::new(Options::default());
    let origin = Origin {
        connection: "contoso",
        content_type: Some("Audit.General"),
        content_id: Some("blob-1"),
        ..Origin::default()
    };
    for item in items {
        normalizer.push(item, &origin);
    }
    assert_eq!(normalizer.len(), items.len());
    normalizer.finish()
}

fn text(batch: &RecordBatch, column: &str) -> Option<String> {
    let array = batch.column_by_name(column)?.as_string::<i32>();
    (!array.is_null(0)).then(|| array.value(0).to_owned())
}

fn bytes(batch: &RecordBatch) -> Option<Vec<u8>> {
    let array = batch.column_by_name("raw_bytes")?.as_binary::<i32>();
    (!array.is_null(0)).then(|| array.value(0).to_vec())
}

#[track_caller]
fn check(item: &[u8], reason: &str) {
    let batch = normalize(&[item]);
    assert_eq!(batch.events.num_rows(), 0, "no event");
    assert!(batch.rows.is_empty());
    assert_eq!(batch.quarantine.num_rows(), 1);
    assert_eq!(batch.quarantine_identities.len(), 1);
    let of = |column: &str| text(&batch.quarantine, column);
    assert_eq!(of("reason").as_deref(), Some(reason));
    assert!(of("detail").is_some_and(|detail| !detail.is_empty()));
    assert_eq!(of("connection").as_deref(), Some("contoso"));
    assert_eq!(of("content_id").as_deref(), Some("blob-1"));
    let kept = of("raw_data")
        .map(String::into_bytes)
        .or_else(|| bytes(&batch.quarantine));
    assert_eq!(kept.as_deref(), Some(item), "kept byte for byte");
}

#[test]
fn bytes_that_are_no_text() {
    check(b"{\"Id\":\"\xff\xfe\"}", "not_utf8");
    check(b"\xc3", "not_utf8");
}

#[test]
fn values_that_are_no_object() {
    for item in [
        "null", "7", "\"x\"", "[1]", "true", " -1.5e3 ", "\"\"", "[]",
    ] {
        check(item.as_bytes(), "not_an_object");
    }
}

#[test]
fn text_that_is_no_json() {
    for item in [
        "",
        "{",
        "{\"Id\":}",
        "{\"Id\":\"1\"} x",
        "Id: 1",
        "{'Id':1}",
        "[1",
        "{\"a\":1,}",
    ] {
        check(item.as_bytes(), "not_json");
    }
}

#[test]
fn an_object_without_members() {
    check(b"{}", "empty");
    check(b" {\n} ", "empty");
}

#[test]
fn a_bad_item_does_not_stop_the_others() {
    let batch = normalize(&[br#"{"Id":"1"}"#, b"7", br#"{"Id":"2"}"#]);
    assert_eq!(batch.events.num_rows(), 2);
    assert_eq!(batch.quarantine.num_rows(), 1);
}

#[test]
fn the_same_item_has_the_same_identity_and_another_has_not() {
    let batch = normalize(&[b"7", b"7", b"8"]);
    let [first, second, third] = batch.quarantine_identities[..] else {
        panic!("three items");
    };
    assert_eq!(first, second);
    assert_ne!(first, third);
}
