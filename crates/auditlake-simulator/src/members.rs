//! A JSON object with its members in the order and spelling they came in.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// An object's members, values byte for byte.
#[derive(Debug)]
pub(crate) struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    /// The members of the object in `json`.
    pub(crate) fn parse(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// The member's string, if it is one.
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?).ok()
    }

    /// The member's number, written as a number or as a string.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.raw(name)?.trim_matches('"').parse().ok()
    }

    /// The same object with its members in the opposite order.
    pub(crate) fn reversed(&self) -> String {
        let members: Vec<String> = self
            .0
            .iter()
            .rev()
            .map(|(name, value)| {
                format!("{}:{}", serde_json::Value::from(name.as_str()), value.get())
            })
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// Names and values, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.get()))
    }

    fn raw(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.get())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// One text for all objects that differ only in their members' order, at any depth, and in white space.
pub(crate) fn canonical(json: &str) -> serde_json::Result<String> {
    let value: serde_json::Value = serde_json::from_str(json)?;
    Ok(sorted(&value))
}

fn sorted(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, value)| (Value::from(name.as_str()).to_string(), value))
                .collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("{name}:{}", sorted(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(sorted).collect::<Vec<_>>().join(",")
            )
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reversing_keeps_values_byte_for_byte() {
        let members = Members::parse(r#"{"a": 1.0, "b":{"y":1,"x":2},"c":"\/"}"#).unwrap();
        assert_eq!(
            members.reversed(),
            r#"{"c":"\/","b":{"y":1,"x":2},"a":1.0}"#
        );
    }

    #[test]
    fn canonical_text_ignores_member_order_at_any_depth() {
        let one = canonical(r#"{"a":[{"x":1,"y":2}],"b":"t"}"#).unwrap();
        assert_eq!(
            one,
            canonical(r#"{ "b":"t", "a":[{"y":2,"x":1}] }"#).unwrap()
        );
        assert_ne!(one, canonical(r#"{"a":[{"x":1,"y":3}],"b":"t"}"#).unwrap());
    }

    #[test]
    fn numbers_are_read_from_strings_too() {
        let members = Members::parse(r#"{"RecordType":"20","Version":1}"#).unwrap();
        assert_eq!(
            (members.number("RecordType"), members.number("Version")),
            (Some(20), Some(1))
        );
    }
}
