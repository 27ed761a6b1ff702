//! What each class allows and demands, by number of column: looked up for every value that is set.

use std::sync::LazyLock;

use crate::class::{CLASSES, Class};
use crate::schema::EVENTS;
use crate::schema::column::{Kind, Profile};
use crate::schema::layout::{LAYOUT, ObjectInfo};
use crate::schema::path::{Leaf, Top};

/// Whether a class has a top-level attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed {
    Yes,
    With(Profile),
    No,
}

/// What a leaf takes, in an event of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// The class does not have it.
    Nothing,
    Text,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    Bool,
}

/// What one class allows and demands.
#[derive(Debug)]
pub(crate) struct Rules {
    /// By top-level column.
    pub(crate) allowed: Vec<Allowed>,
    /// By leaf.
    takes: Vec<Takes>,
    /// What it cannot be without.
    pub(crate) required: Vec<Demand>,
    /// Of which it needs one; empty for no such constraint.
    pub(crate) any_of: Vec<Demand>,
    /// Objects outside lists that it may have, of which OCSF demands something; inner ones first.
    pub(crate) objects: Vec<&'static ObjectInfo>,
    /// Leaves that need a profile, as ranges.
    pub(crate) profiles: Vec<(Profile, (u16, u16))>,
}

/// A top-level attribute that is demanded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    pub(crate) name: &'static str,
    pub(crate) top: Top,
}

/// Of all classes, in their order.
static RULES: LazyLock<Vec<Rules>> =
    LazyLock::new(|| CLASSES.iter().map(|class| Rules::new(class)).collect());

/// Leaves of which an event has one value: those that are no lists and are in none.
static SINGLE: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let is_list = |kind: &Kind| matches!(kind, Kind::TextList | Kind::IntList);
    let leaves = LAYOUT.leaves.iter();
    leaves
        .map(|leaf| leaf.list.is_none() && !is_list(&leaf.kind))
        .collect()
});

/// The observable type of each leaf that has one and is in no list: readers resolve the name of an observable as a plain
/// path, which says nothing of the element of a list.
static OBSERVED: LazyLock<Vec<Option<u8>>> = LazyLock::new(|| {
    let leaves = LAYOUT.leaves.iter();
    leaves
        .map(|leaf| leaf.observable.filter(|_| leaf.list.is_none()))
        .collect()
});

impl Rules {
    /// The rules of a class; of a class that there is not, those of Base Event.
    pub(crate) fn of(class: &Class) -> &'static Self {
        let known = CLASSES.iter().position(|known| known.uid == class.uid);
        &RULES[known.unwrap_or(0)]
    }

    fn new(class: &Class) -> Self {
        let allowed: Vec<Allowed> = EVENTS.iter().map(|c| allowed(class, c.name)).collect();
        let leaves = LAYOUT.leaves.iter();
        let takes = leaves.map(|leaf| match allowed[leaf.top] {
            Allowed::No => Takes::Nothing,
            Allowed::Yes | Allowed::With(_) => takes(&leaf.kind),
        });
        let has = |object: &&ObjectInfo| {
            let leaf = LAYOUT.leaf(Leaf(object.first));
            allowed[leaf.top] != Allowed::No
        };
        Self {
            takes: takes.collect(),
            objects: LAYOUT.objects.iter().filter(has).collect(),
            profiles: profiles(&allowed),
            required: demands(class.required),
            any_of: demands(class.any_of),
            allowed,
        }
    }

    pub(crate) fn takes(&self, leaf: Leaf) -> Takes {
        self.takes[usize::from(leaf.0)]
    }
}

/// Whether an event has at most one value of a leaf.
pub(crate) fn is_single(leaf: Leaf) -> bool {
    SINGLE[usize::from(leaf.0)]
}

/// The observable types, by leaf.
pub(crate) fn observed() -> &'static [Option<u8>] {
    &OBSERVED
}

/// By leaves that need one whatever the class, and by attributes that the class has with one.
fn profiles(allowed: &[Allowed]) -> Vec<(Profile, (u16, u16))> {
    let leaves = LAYOUT.profiled.iter();
    let leaves = leaves.map(|(leaf, profile)| (*profile, (leaf.0, leaf.0 + 1)));
    let tops = allowed.iter().zip(&LAYOUT.tops);
    let tops = tops.filter_map(|(allowed, span)| match allowed {
        Allowed::With(profile) => Some((*profile, *span)),
        Allowed::Yes | Allowed::No => None,
    });
    let mut spans: Vec<(Profile, (u16, u16))> = Vec::new();
    for (profile, (first, end)) in leaves.chain(tops) {
        match spans.last_mut() {
            Some((last, span)) if *last == profile && span.1 == first => span.1 = end,
            _ => spans.push((profile, (first, end))),
        }
    }
    spans
}

fn takes(kind: &Kind) -> Takes {
    match kind {
        Kind::Text | Kind::Json | Kind::TextList => Takes::Text,
        Kind::Int | Kind::IntList => Takes::Int,
        Kind::Long | Kind::DateTime => Takes::Long,
        Kind::Bool => Takes::Bool,
        Kind::Object(_) | Kind::List(_) => Takes::Nothing,
    }
}

fn demands(names: &[&'static str]) -> Vec<Demand> {
    let demand = |name: &&'static str| {
        let top = EVENTS.iter().position(|column| column.name == *name)?;
        Some(Demand {
            name,
            top: Top(top),
        })
    };
    names.iter().filter_map(demand).collect()
}

/// Attributes that every class has without a profile.
pub(crate) const EVERYWHERE: &[&str] = &[
    "time",
    "time_dt",
    "class_uid",
    "class_name",
    "category_uid",
    "category_name",
    "activity_id",
    "activity_name",
    "type_uid",
    "type_name",
    "severity_id",
    "severity",
    "status_id",
    "status",
    "status_code",
    "status_detail",
    "message",
    "count",
    "metadata",
    "observables",
    "unmapped",
    "raw_data",
    "auditlake",
];

/// The profile that brings an attribute into a class that does not have it natively.
fn profile_of(attribute: &str) -> Option<Profile> {
    match attribute {
        "cloud" | "api" => Some(Profile::Cloud),
        "actor" | "device" => Some(Profile::Host),
        "action_id" | "action" | "disposition_id" | "disposition" | "is_alert" | "malware"
        | "policy" | "risk_level_id" | "risk_level" => Some(Profile::SecurityControl),
        "ai_model" | "message_context" => Some(Profile::AiOperation),
        _ => None,
    }
}

/// The classes of this table that know the profile `ai_operation`.
const AI_CLASSES: &[u16] = &[6003, 6005];

fn allowed(class: &Class, attribute: &str) -> Allowed {
    if EVERYWHERE.contains(&attribute) || class.native.contains(&attribute) {
        return Allowed::Yes;
    }
    profile_of(attribute)
        .filter(|profile| *profile != Profile::AiOperation || AI_CLASSES.contains(&class.uid))
        .map_or(Allowed::No, Allowed::With)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_classes_demand_are_columns() {
        for class in CLASSES {
            let rules = Rules::of(class);
            assert_eq!(
                rules.required.len(),
                class.required.len(),
                "{}",
                class.caption
            );
            assert_eq!(rules.any_of.len(), class.any_of.len(), "{}", class.caption);
        }
    }
}
