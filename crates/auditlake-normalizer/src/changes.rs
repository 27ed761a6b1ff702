//! `ModifiedProperties` as text: what was changed, from what, to what.

use std::borrow::Cow;

use crate::record::{Record, elements, scalar};

/// Both values together, beyond which only the property's name is worth a line; the values are in the event all the same.
const SHORT: usize = 240;

/// A changed property.
pub(crate) struct Change {
    pub(crate) name: String,
    pub(crate) old: String,
    pub(crate) new: String,
}

/// The properties of the record, in their order.
pub(crate) fn of(record: &Record<'_>) -> Vec<Change> {
    let value = |property: &Record<'_>, member| {
        property
            .text(member)
            .map_or_else(String::new, |value| unwrap(&value))
    };
    let change = |property: Record<'_>| {
        Some(Change {
            name: property.text("Name").map(Cow::into_owned)?,
            old: value(&property, "OldValue"),
            new: value(&property, "NewValue"),
        })
    };
    let properties = record.objects("ModifiedProperties");
    properties.into_iter().filter_map(change).collect()
}

/// `Name: old => new`, or the name alone where the values are long or none.
pub(crate) fn in_words(change: &Change) -> String {
    let Change { name, old, new } = change;
    let both = one_line(old).zip(one_line(new));
    match both.filter(|(old, new)| (1..=SHORT).contains(&(old.len() + new.len()))) {
        Some((old, new)) => format!("{name}: {} => {}", or_none(&old), or_none(&new)),
        None => name.clone(),
    }
}

/// JSON within a value is often broken into lines; none where one line is too long in any case.
fn one_line(value: &str) -> Option<String> {
    let mut line = String::new();
    for word in value.split_whitespace() {
        if line.len() > SHORT {
            return None;
        }
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(word);
    }
    Some(line)
}

fn or_none(value: &str) -> &str {
    if value.is_empty() { "none" } else { value }
}

/// Takes off the JSON that a value is often wrapped in: `["x"]`, `"x"`. A list of several stays as it is.
pub(crate) fn unwrap(value: &str) -> String {
    let value = value.trim();
    let elements = value.starts_with('[').then(|| elements(value));
    let inner = match elements.as_deref() {
        Some([one]) => one,
        _ => value,
    };
    match inner {
        "[]" => String::new(),
        quoted if quoted.starts_with('"') => scalar(quoted).unwrap_or_default().into_owned(),
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(property: &serde_json::Value, expected: &str) {
        let json = serde_json::json!({"ModifiedProperties": [property]}).to_string();
        let record = Record::parse(&json).expect("an object");
        let words: Vec<String> = of(&record).iter().map(in_words).collect();
        assert_eq!(words, [expected]);
    }

    #[test]
    fn changes_are_told_with_their_values() {
        check(
            &serde_json::json!({"Name": "ShareWithGuests", "OldValue": "Disabled", "NewValue": "Enabled"}),
            "ShareWithGuests: Disabled => Enabled",
        );
        check(
            &serde_json::json!({"Name": "Department", "OldValue": "[]", "NewValue": "[\r\n  \"Sales\"\r\n]"}),
            "Department: none => Sales",
        );
        check(
            &serde_json::json!({"Name": "Roles", "OldValue": "[\"a\"]", "NewValue": "[\"a\",\"b\"]"}),
            "Roles: a => [\"a\",\"b\"]",
        );
        check(
            &serde_json::json!({"Name": "Plan", "OldValue": "", "NewValue": "x".repeat(300)}),
            "Plan",
        );
        check(
            &serde_json::json!({"Name": "AppAddress", "OldValue": "[]", "NewValue": "[\r\n  {\r\n    \"Address\": \"x\"\r\n  }\r\n]"}),
            "AppAddress: none => { \"Address\": \"x\" }",
        );
        check(
            &serde_json::json!({"Name": "SiteAdmin", "OldValue": "", "NewValue": ""}),
            "SiteAdmin",
        );
    }

    #[test]
    fn values_are_unwrapped_once() {
        for (value, expected) in [
            ("[\r\n  true\r\n]", "true"),
            ("[\"x y\"]", "x y"),
            ("\"x\"", "x"),
            ("x", "x"),
            ("[]", ""),
            ("[1,2]", "[1,2]"),
        ] {
            assert_eq!(unwrap(value), expected, "{value}");
        }
    }
}
