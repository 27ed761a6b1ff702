//! The printed form: pure OCSF, one object a line.

use std::io;

use auditlake_normalizer::{Normalizer, Options, Origin, write_ndjson};
use serde_json::Value;

/// Records of all sorts, with nulls, line breaks and empty members inside.
const RECORDS: &[&str] = &[
    r#"{"Id":"1"}"#,
    r#"{"Id":"2","RecordType":15,"Operation":"UserLoggedIn","UserId":"alex@contoso.example","ClientIP":null,"CreationTime":"2026-05-04T10:12:33"}"#,
    "{\"Id\":\"3\",\r\n\"RecordType\":1,\"Operation\":\"Set-Mailbox\",\"ObjectId\":\"sam\",\"Parameters\":[{\"Name\":\"Identity\",\n\"Value\":null}],\"Other\":{\"a\":\n[null]}}",
    r#"{"Id":"4","RecordType":6,"Operation":"FileAccessed","ObjectId":"https://contoso.example/a.txt","ItemType":"File"}"#,
    r#"{"Id":"5","RecordType":13,"Operation":"DlpRuleMatch","PolicyDetails":null,"ExchangeMetaData":{"From":null}}"#,
];

fn printed(options: Options) -> io::Result<Vec<Value>> {
    let mut normalizer = Normalizer::new(options);
    for record in RECORDS {
        let origin = Origin {
            connection: "contoso",
            ..Origin::default()
        };
        normalizer.push(record.as_bytes(), &origin);
    }
    let mut out = Vec::new();
    write_ndjson(&normalizer.finish().events, &mut out)?;
    let text = String::from_utf8(out).map_err(io::Error::other)?;
    let lines = text.lines().map(serde_json::from_str::<Value>);
    lines.collect::<Result<_, _>>().map_err(io::Error::other)
}

/// Whether a value of the event is null. What the record itself holds (`unmapped`, `data`) may be.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| !matches!(name.as_str(), "unmapped" | "data") && has_null(value)),
        _ => false,
    }
}

#[test]
fn one_line_an_event_whatever_is_in_the_record() -> io::Result<()> {
    assert_eq!(printed(Options::default())?.len(), RECORDS.len());
    Ok(())
}

#[test]
fn nothing_is_null_and_nothing_is_not_ocsf() -> io::Result<()> {
    for event in printed(Options::default())? {
        assert!(!has_null(&event), "{event}");
        assert!(event.get("auditlake").is_none(), "{event}");
    }
    Ok(())
}

#[test]
fn unmapped_is_an_object_and_raw_data_the_record() -> io::Result<()> {
    let events = printed(Options::default())?;
    assert!(events[2]["unmapped"]["Other"].is_object(), "{}", events[2]);
    for (event, record) in events.iter().zip(RECORDS) {
        assert_eq!(event["raw_data"], **record);
    }
    Ok(())
}

#[test]
fn raw_data_can_be_left_out() -> io::Result<()> {
    for event in printed(Options { raw_data: false })? {
        assert!(event.get("raw_data").is_none(), "{event}");
        assert!(event.get("metadata").is_some(), "{event}");
    }
    Ok(())
}
