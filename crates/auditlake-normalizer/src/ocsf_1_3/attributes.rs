//! What OCSF 1.3.0 has of each object, told by its difference from 1.8.0: paths end with what is named here.
//!
//! Source: OCSF 1.3.0, object definitions (<https://schema.ocsf.io/1.3.0/objects>).

/// Attributes of objects that came after 1.3.0.
#[rustfmt::skip]
const LATER: &[&str] = &[
    "metadata.original_event_uid", "tags",
    "group.uid_alt", "subgroup.uid_alt", "owner.forward_addr", "policy.type",
    "resources.role", "resources.role_id", "file.url", "email.files", "email.urls", "email.return_path",
    "evidences.name", "data_security.discovery_details", "data_classifications.uid",
];

/// Attributes that have another name in 1.3.0.
const RENAMED: &[(&str, &str)] = &[("user.display_name", "full_name")];

/// Lists of which an object of 1.3.0 has one element only, and what it is called then.
const SINGLE: &[(&str, &str)] = &[("data_classifications", "data_classification")];

/// The last id, beside 99 Other, that an enumeration has in 1.3.0.
const LAST_IDS: &[(&str, i32)] = &[
    ("status_id", 4),
    ("action_id", 2),
    ("direction_id", 3),
    ("auth_protocol_id", 10),
    ("user.type_id", 3),
    ("account.type_id", 10),
    ("entity.type_id", 6),
    ("database.type_id", 6),
    ("file.type_id", 7),
    ("file_result.type_id", 7),
    ("hashes.algorithm_id", 7),
    ("observables.type_id", 30),
];

/// What an object needs in 1.3.0, where that is more than 1.8.0 demands or where some of it may be gone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand {
    object: &'static str,
    pub(super) all_of: &'static [&'static str],
    pub(super) any_of: &'static [&'static str],
}

#[rustfmt::skip]
const DEMANDS: &[Demand] = &[
    all_of("email", &["from", "to"]),
    all_of("finding_info", &["title"]),
    all_of("product", &["vendor_name"]),
    all_of("app", &["vendor_name"]),
    all_of("observables", &["name"]),
    any_of("policy", &["name", "uid"]),
    any_of("entity", &["name", "uid", "user", "group", "policy"]),
    any_of("data_security", &["data_lifecycle_state_id", "detection_system_id", "policy"]),
    any_of("data_classifications", &["confidentiality_id"]),
    any_of("evidences", &["file", "user", "data", "url", "src_endpoint", "email", "device"]),
];

const fn all_of(object: &'static str, names: &'static [&'static str]) -> Demand {
    Demand {
        object,
        all_of: names,
        any_of: &[],
    }
}

const fn any_of(object: &'static str, names: &'static [&'static str]) -> Demand {
    Demand {
        object,
        all_of: &[],
        any_of: names,
    }
}

/// Whether an attribute of an object came after 1.3.0.
pub(super) fn is_later(path: &str) -> bool {
    LATER.iter().any(|suffix| ends_with(path, suffix))
}

/// The name of an attribute in 1.3.0, where it is another.
pub(super) fn renamed(path: &str) -> Option<&'static str> {
    find(RENAMED, path)
}

/// What the one element is called that an object has of a list.
pub(super) fn single_name(path: &str) -> Option<&'static str> {
    find(SINGLE, path)
}

/// The last id of an enumeration.
pub(super) fn last_id(path: &str) -> Option<i32> {
    find(LAST_IDS, path)
}

/// What an object needs.
pub(super) fn demands(path: &str) -> impl Iterator<Item = Demand> {
    let of_object = move |demand: &&Demand| ends_with(path, demand.object);
    DEMANDS.iter().filter(of_object).copied()
}

fn find<T: Copy>(table: &[(&str, T)], path: &str) -> Option<T> {
    let known = table.iter().find(|(suffix, _)| ends_with(path, suffix));
    known.map(|(_, value)| *value)
}

/// Whether a path ends with these segments.
fn ends_with(path: &str, suffix: &str) -> bool {
    path.strip_suffix(suffix)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::EVENTS;
    use crate::schema::column::{Column, Kind};

    fn add_paths(columns: &[Column], before: &str, paths: &mut Vec<String>) {
        for column in columns {
            let path = format!("{before}{}", column.name);
            if let Kind::Object(object) | Kind::List(object) = column.kind {
                add_paths(object.columns, &format!("{path}."), paths);
            }
            paths.push(path);
        }
    }

    #[test]
    fn every_entry_is_about_a_column() {
        let mut paths = Vec::new();
        add_paths(EVENTS, "", &mut paths);
        let suffixes = LATER.iter().copied();
        let suffixes = suffixes.chain(RENAMED.iter().chain(SINGLE).map(|(suffix, _)| *suffix));
        let suffixes = suffixes.chain(LAST_IDS.iter().map(|(suffix, _)| *suffix));
        let members = |demand: &'static Demand| {
            let names = demand.all_of.iter().chain(demand.any_of);
            names.map(|name| format!("{}.{name}", demand.object))
        };
        let suffixes = suffixes.map(str::to_owned);
        for suffix in suffixes.chain(DEMANDS.iter().flat_map(members)) {
            assert!(
                paths.iter().any(|path| ends_with(path, &suffix)),
                "{suffix}"
            );
        }
    }

    #[test]
    fn a_path_ends_with_whole_segments() {
        for (path, expected) in [
            ("policy.type", true),
            ("data_security.policy.type", true),
            ("policy.name", false),
            ("other_policy.type", false),
            ("evidences.file.url", true),
            ("file_result.url", false),
        ] {
            assert_eq!(is_later(path), expected, "{path}");
        }
        assert_eq!(renamed("actor.user.display_name"), Some("full_name"));
        assert_eq!(last_id("actor.user.type_id"), Some(3));
        assert_eq!(last_id("device.type_id"), None);
    }
}
