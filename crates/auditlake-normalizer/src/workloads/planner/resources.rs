//! What a record is about: the object of its record type, what holds it, and lists of them.

use std::borrow::Cow;

use super::{THINGS, containers};
use crate::event::Event;
use crate::record_types::number_of;
use crate::schema::path::{at, list};
use crate::things;

/// The object, the list that was read, and what holds them.
pub(super) fn set(event: &mut Event<'_, '_>) {
    match number_of(event.record) {
        Some(231 | 418) => {}
        Some(192 | 193 | 387 | 393 | 402) => add_query(event),
        number => add_object(event, number.and_then(kind)),
    }
    for thing in THINGS {
        if things::add_web_resource(event, thing) && thing.kind == "Roster" {
            set_label(event);
        }
    }
    for (member, kind) in [
        ("PlanList", "Plan"),
        ("TaskList", "Task"),
        ("GoalList", "Goal"),
        ("MessageList", "Chat message"),
    ] {
        add_list(event, member, kind);
    }
    containers::set(event);
    add_environment(event);
}

/// What `ObjectId` is.
fn kind(record_type: i64) -> Option<&'static str> {
    match record_type {
        188 | 189 => Some("Plan"),
        190 => Some("Task"),
        191 => Some("Roster"),
        386 | 392 => Some("Goal"),
        401 => Some("Chat message"),
        _ => None,
    }
}

/// Other record types say what they are about in members of their own, and in `ObjectId` only where these lack.
fn add_object(event: &mut Event<'_, '_>, kind: Option<&'static str>) {
    let record = event.record;
    let Some(kind) = kind else { return };
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.uid"), record.text("ObjectId"));
        event.set(at!("web_resources.type"), kind);
    });
    if added {
        record.take("ObjectId");
        // Microsoft: the same as `ObjectId`.
        if record.text("OriginalPlanId") == record.text("ObjectId") {
            record.take("OriginalPlanId");
        }
    }
}

/// Of a list, `ObjectId` is the query.
fn add_query(event: &mut Event<'_, '_>) {
    let record = event.record;
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), record.text("ObjectId"));
        event.set(at!("web_resources.type"), "Query");
    });
    if added {
        record.take("ObjectId");
    }
}

/// Identifiers with commas between them.
fn add_list(event: &mut Event<'_, '_>, member: &str, kind: &'static str) {
    let record = event.record;
    let Some(ids) = record.text(member) else {
        return;
    };
    for id in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        event.element(list!("web_resources"), |event| {
            event.set(at!("web_resources.uid"), id.to_owned());
            event.set(at!("web_resources.type"), kind);
        });
    }
    if event.has(at!("web_resources.uid")) {
        record.take(member);
    }
}

/// The label of a roster is the record's object; without one, the label was removed.
fn set_label(event: &mut Event<'_, '_>) {
    let record = event.record;
    let method = record.text("AssignmentMethod");
    if event.set_some(
        at!("web_resources.labels"),
        method.as_deref().and_then(assignment_method),
    ) {
        record.take("AssignmentMethod");
    }
    let Some(label) = record.text("ObjectId") else {
        return;
    };
    let added = event.element(list!("web_resources.data_classifications"), |event| {
        event.set(at!("web_resources.data_classifications.uid"), label);
        event.set_id(
            at!("web_resources.data_classifications.confidentiality_id"),
            at!("web_resources.data_classifications.confidentiality"),
            (99, "Sensitivity label"),
        );
    });
    if added {
        record.take("ObjectId");
    }
}

/// Microsoft, Office 365 Management Activity API schema, enum `SensitivityLabelAssignmentMethod`.
fn assignment_method(method: &str) -> Option<&'static str> {
    match method {
        "0" | "Standard" => Some("Standard"),
        "1" | "Privileged" => Some("Privileged"),
        "2" | "Auto" => Some("Auto"),
        _ => None,
    }
}

/// The environment of a project or roadmap.
fn add_environment(event: &mut Event<'_, '_>) {
    let record = event.record;
    let infos = record.objects("AdditionalInfo");
    let Some(info) = infos.first() else { return };
    let name: Option<Cow<'_, str>> = info.text("EnvironmentName");
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.name"), name.clone());
        event.set(at!("web_resources.type"), "Environment");
    });
    if added && infos.len() == 1 && info.has_only(&["EnvironmentName"]) {
        record.take("AdditionalInfo");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_assignment_by_number_and_word() {
        for (method, expected) in [
            ("1", Some("Privileged")),
            ("Auto", Some("Auto")),
            ("7", None),
        ] {
            assert_eq!(assignment_method(method), expected, "{method}");
        }
    }
}
