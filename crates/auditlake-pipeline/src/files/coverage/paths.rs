//! Names of members in JSON text, as paths. A name may itself be a value (`{"ada@contoso.example": …}`): what does not
//! look like the name of a member is a `*`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

/// Levels that are looked into.
const MAX_DEPTH: usize = 8;
/// Longest name that is told.
const MAX_NAME: usize = 64;

/// The paths of the scalars in an object, `A.B[].C`. What says nothing (null, empty text, empty lists) is left out.
pub(super) fn of(json: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    walk(json, String::new(), 0, &mut paths);
    paths
}

fn walk(json: &str, path: String, depth: usize, paths: &mut BTreeSet<String>) {
    if matches!(json, "null" | "\"\"" | "[]" | "{}") {
        return;
    }
    let inner = Some(json).filter(|_| depth < MAX_DEPTH);
    if let Some(members) = inner.and_then(members) {
        for (name, value) in members {
            let name = told(&name);
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            walk(value.get(), path, depth + 1, paths);
        }
    } else if let Some(elements) = inner.and_then(elements) {
        for element in elements {
            walk(element.get(), format!("{path}[]"), depth + 1, paths);
        }
    } else {
        paths.insert(path);
    }
}

fn members(json: &str) -> Option<BTreeMap<Cow<'_, str>, &RawValue>> {
    serde_json::from_str(json).ok()
}

fn elements(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok()
}

/// The name, if it looks like one that a programmer chose.
fn told(name: &str) -> &str {
    let plain = name.strip_prefix(['@', '$', '_']).unwrap_or(name);
    let starts_well = plain.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_annotation = name.starts_with('@') || name.contains("@odata.");
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | ' ');
    let fits = |c: char| fits(c) || is_annotation && matches!(c, '.' | '@');
    if starts_well && name.len() <= MAX_NAME && plain.chars().all(fits) && !has_long_number(plain) {
        name
    } else {
        "*"
    }
}

/// GUIDs, hashes, telephone numbers and the like.
fn has_long_number(name: &str) -> bool {
    const LONG: usize = 5;
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    digits >= LONG
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &[&str]) {
        let paths = of(json);
        assert_eq!(paths.iter().collect::<Vec<_>>(), expected, "{json}");
    }

    #[test]
    fn scalars_have_paths_and_what_says_nothing_has_none() {
        check(
            r#"{"A":1,"B":{"C":[{"D":"x"},{"E":true}],"F":null},"G":[],"H":["x","y"]}"#,
            &["A", "B.C[].D", "B.C[].E", "H[]"],
        );
        check(r#"{"A":1e999,"A":2}"#, &["A"]);
    }

    #[test]
    fn names_that_may_be_values_are_not_told() {
        for name in [
            "ada@contoso.example",
            "contoso.sharepoint.example",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "203.0.113.7",
            "https://contoso.example/a",
            "",
            "Zürich",
        ] {
            check(&format!(r#"{{"{name}":1}}"#), &["*"]);
        }
        for name in [
            "@odata.type",
            "Value@odata.type",
            "$type",
            "_x",
            "Client IP",
            "dc:title",
            "SHA256",
        ] {
            check(&format!(r#"{{"{name}":1}}"#), &[name]);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(500), "}".repeat(500));
        check(&deep, &["a.a.a.a.a.a.a.a"]);
    }
}
