//! A record as Microsoft Graph's audit search shows it in `auditData`: with the types of values that JSON does not tell
//! apart, and a time that says its zone. Values are as they came, byte for byte.
//!
//! Source: `OData` JSON Format 4.01, section "Control Information: type", for members that no schema declares; and answers
//! of the service as they stand in public repositories.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::members::Members;

/// The type of all that the service has no type of its own for.
const TYPE: &str = "#microsoft.graph.security.defaultAuditData";
/// The same as the type of a list's elements.
const LIST: &str = "#Collection(microsoft.graph.security.defaultAuditData)";
/// The type of a list of strings.
const TEXTS: &str = "#Collection(String)";

/// The JSON text.
pub(super) fn audit_data(record: &Members) -> String {
    let mut shown = vec![format!(r#""@odata.type":"{TYPE}""#)];
    for (name, value) in record.iter() {
        let value = match name {
            "CreationTime" => in_utc(value),
            _ => value.to_owned(),
        };
        add(&mut shown, name, &value);
    }
    format!("{{{}}}", shown.join(","))
}

/// A member, behind the one that says its type.
fn add(shown: &mut Vec<String>, name: &str, value: &str) {
    if let Some(odata_type) = odata_type(value) {
        let name = Value::from(format!("{name}@odata.type"));
        shown.push(format!(r#"{name}:"{odata_type}""#));
    }
    shown.push(format!("{}:{}", Value::from(name), nested(value)));
}

fn nested(value: &str) -> String {
    if let Ok(object) = Members::parse(value) {
        let mut shown = Vec::new();
        for (name, value) in object.iter() {
            add(&mut shown, name, value);
        }
        return format!("{{{}}}", shown.join(","));
    }
    match elements(value) {
        Some(elements) => {
            let shown: Vec<String> = elements.iter().map(|it| nested(it.get())).collect();
            format!("[{}]", shown.join(","))
        }
        None => value.to_owned(),
    }
}

fn odata_type(value: &str) -> Option<&'static str> {
    if value.parse::<i64>().is_ok() {
        return Some("#Int64");
    }
    let elements = elements(value)?;
    let are_texts = elements.iter().all(|it| it.get().starts_with('"'));
    let is_of_texts = !elements.is_empty() && are_texts;
    Some(if is_of_texts { TEXTS } else { LIST })
}

fn elements(value: &str) -> Option<Vec<Box<RawValue>>> {
    serde_json::from_str(value).ok()
}

/// A time without a zone is in UTC.
fn in_utc(value: &str) -> String {
    let is_zoned = |text: &str| text.ends_with(['Z', 'z']) || text.is_empty();
    let text = value
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match text.filter(|text| !is_zoned(text)) {
        Some(text) => format!("\"{text}Z\""),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_as_they_came_behind_what_says_their_types() {
        let record = r#"{"CreationTime":"2026-05-04T10:12:33","RecordType":15, "N":1.50,"E":"","x":null,"Actor":[{"ID":"a","Type":0}],"Tags":["a"],"Empty":[],"In":{"n":-1}}"#;
        let shown = audit_data(&Members::parse(record).unwrap());
        let expected = r##"{"@odata.type":"#microsoft.graph.security.defaultAuditData","CreationTime":"2026-05-04T10:12:33Z","RecordType@odata.type":"#Int64","RecordType":15,"N":1.50,"E":"","x":null,"Actor@odata.type":"#Collection(microsoft.graph.security.defaultAuditData)","Actor":[{"ID":"a","Type@odata.type":"#Int64","Type":0}],"Tags@odata.type":"#Collection(String)","Tags":["a"],"Empty@odata.type":"#Collection(microsoft.graph.security.defaultAuditData)","Empty":[],"In":{"n@odata.type":"#Int64","n":-1}}"##;
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_time_with_a_zone_stays_as_it_is() {
        let record = r#"{"CreationTime":"2026-05-04T10:12:33Z"}"#;
        let shown = audit_data(&Members::parse(record).unwrap());
        assert!(
            shown.ends_with(r#""CreationTime":"2026-05-04T10:12:33Z"}"#),
            "{shown}"
        );
    }
}
