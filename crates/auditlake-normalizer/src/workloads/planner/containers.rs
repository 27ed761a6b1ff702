//! Where a plan lives, whom it is shared with, and where its copy went.

use crate::event::Event;
use crate::schema::path::{Leaf, ListId, at, list};

/// The attributes of one list of resources.
struct Places {
    list: ListId,
    uid: Leaf,
    kind: Leaf,
}

const RESOURCES: Places = Places {
    list: list!("web_resources"),
    uid: at!("web_resources.uid"),
    kind: at!("web_resources.type"),
};

const RESULTS: Places = Places {
    list: list!("web_resources_result"),
    uid: at!("web_resources_result.uid"),
    kind: at!("web_resources_result.type"),
};

/// The containers that the record names.
pub(super) fn set(event: &mut Event<'_, '_>) {
    add(event, &RESOURCES, "ContainerId", "ContainerType");
    add(
        event,
        &RESOURCES,
        "OriginalContainerId",
        "OriginalContainerType",
    );
    if add(
        event,
        &RESOURCES,
        "SharedWithContainerId",
        "SharedWithContainerType",
    ) {
        set_access(event);
    }
    add_copy(event);
    add(event, &RESULTS, "NewContainerId", "NewContainerType");
}

/// A container, if its kind is known.
fn add(event: &mut Event<'_, '_>, places: &Places, id: &str, kind: &str) -> bool {
    let record = event.record;
    let number = record.text(kind);
    let Some(caption) = number.as_deref().and_then(container_type) else {
        return false;
    };
    let added = event.element(places.list, |event| {
        event.set_some(places.uid, record.text(id));
        event.set(places.kind, caption);
    });
    if added {
        record.take(id);
        record.take(kind);
    }
    added
}

/// What the container that was added last may do with the plan.
fn set_access(event: &mut Event<'_, '_>) {
    let record = event.record;
    let level = record.text("SharedWithContainerAccessLevel");
    let level = level.as_deref().and_then(access_level);
    if event.set_some(at!("web_resources.labels"), level) {
        record.take("SharedWithContainerAccessLevel");
    }
}

fn add_copy(event: &mut Event<'_, '_>) {
    let record = event.record;
    let added = event.element(RESULTS.list, |event| {
        event.set_some(RESULTS.uid, record.text("NewPlanId"));
        event.set(RESULTS.kind, "Plan");
    });
    if added {
        record.take("NewPlanId");
    }
}

/// Microsoft, Office 365 Management Activity API schema, enum `ContainerType`.
fn container_type(kind: &str) -> Option<&'static str> {
    const TYPES: [(&str, &str); 8] = [
        ("2", "Group"),
        ("3", "TeamsConversation"),
        ("4", "OfficeDocument"),
        ("5", "Roster"),
        ("6", "Project"),
        ("7", "User"),
        ("8", "TeamsChannel"),
        ("10", "PlannerTask"),
    ];
    named(&TYPES, kind)
}

/// Microsoft, Office 365 Management Activity API schema, enum `PlanAccessLevel`.
fn access_level(level: &str) -> Option<&'static str> {
    const LEVELS: [(&str, &str); 3] = [
        ("1", "ReadAccess"),
        ("2", "ReadWriteAccess"),
        ("3", "FullAccess"),
    ];
    named(&LEVELS, level)
}

/// The name of an enum's value, which is sent as number or name.
fn named(values: &[(&str, &'static str)], value: &str) -> Option<&'static str> {
    values
        .iter()
        .find(|(number, name)| value == *number || value.eq_ignore_ascii_case(name))
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_enums_by_number_and_name() {
        assert_eq!(container_type("8"), Some("TeamsChannel"));
        assert_eq!(container_type("group"), Some("Group"));
        assert_eq!(container_type("0"), None, "Microsoft: plan not found");
        assert_eq!(access_level("2"), Some("ReadWriteAccess"));
        assert_eq!(access_level("9"), None);
    }
}
