//! Microsoft Forms (record type 66).
//!
//! *What it covers:* forms, quizzes and surveys; responses; collections; sharing, collaboration and who may respond.
//! *Mapping:* Web Resources Activity. The form is `web_resources[0]`, its kind is a label, and the parameters of the
//! operation are its `data`.
//! *Deliberate:* what opens a form or its results to others is Share, what closes it again is Update or Delete.
//! *Left out:* the role of the actor in the form (owner, responder), which stays in `unmapped`.

use super::{Mapping, Operation, Otherwise, Workload, as_decided, derived, op, text};
use crate::class::WEB_RESOURCES_ACTIVITY;
use crate::common::take_if_said;
use crate::event::Event;
use crate::record::{elements, scalar};
use crate::schema::path::at;
use crate::things::{self, Thing, thing};

/// Forms.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "forms",
    name: "Microsoft Forms",
    record_types: &[66],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &WEB_RESOURCES_ACTIVITY,
        activity: None,
    },
    fields: FIELDS,
    things: THINGS,
    refine: as_decided,
    map,
};

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("SourceApp", at!("actor.app_name")),
    derived("FormType", at!("web_resources.labels"), "`Form`, `Quiz`, `Survey`"),
    derived("FormTypes", at!("web_resources.labels"), "as for `FormType`"),
    derived("ActivityParameters", at!("web_resources.data"), "JSON in a string"),
];

const FORM: Thing = thing("Form", &["FormName"], &["FormId"]);
const THINGS: &[Thing] = &[FORM];

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["CreateForm", "CreateResponse", "SubmitResponse", "CreateComment", "CollectionCreated"], &WEB_RESOURCES_ACTIVITY, 1),
    op(&["ViewForm", "ViewResponse", "ViewResponses", "ViewRuntimeForm", "PreviewForm", "ListForms"], &WEB_RESOURCES_ACTIVITY, 2),
    op(&["EditForm", "UpdateFormSetting", "UpdateUserSetting", "UpdateResponse", "UpdatePhishingStatus", "UpdateUserPhishingStatus", "MoveForm", "MovedFormIntoCollection", "MovedFormOutofCollection", "CollectionUpdated", "CollectionRenamed", "ConnectToExcelWorkbook"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["DisallowShareFormForCopy", "DisallowAnonymousResponse", "EnableSpecificResponse", "DisableSpecificResponse", "DisableCollaboration", "EnableWorkOrSchoolCollaboration", "EnableSameOrgCollaboration", "EnableSpecificCollaboaration", "EnableSpecificCollaboration"], &WEB_RESOURCES_ACTIVITY, 3),
    op(&["DeleteForm", "DeleteResponse", "DeleteAllResponses", "DeleteSummaryLink", "RemoveFormCoauthor", "RemoveSpecificResponder", "CollectionHardDeleted", "CollectionSoftDeleted"], &WEB_RESOURCES_ACTIVITY, 4),
    op(&["ExportForm"], &WEB_RESOURCES_ACTIVITY, 7),
    op(&["AllowShareFormForCopy", "GetSummaryLink", "AllowAnonymousResponse", "AddFormCoauthor", "AddSpecificResponder"], &WEB_RESOURCES_ACTIVITY, 8),
    op(&["ProInvitation"], &WEB_RESOURCES_ACTIVITY, 99),
];

fn map(event: &mut Event<'_, '_>) {
    things::set(event, THINGS);
    if event.has(at!("web_resources.uid")) || event.has(at!("web_resources.name")) {
        describe(event);
    }
    take_if_said(event, "ObjectId");
}

/// What kind of form it is, and what was done to it.
fn describe(event: &mut Event<'_, '_>) {
    let record = event.record;
    for member in ["FormType", "FormTypes"] {
        let kinds = match record.raw(member) {
            Some(raw) if raw.starts_with('[') => elements(raw),
            raw => raw.into_iter().collect(),
        };
        let kinds: Vec<_> = kinds.into_iter().map(form_type).collect();
        let named = kinds
            .iter()
            .flatten()
            .filter(|kind| event.set(at!("web_resources.labels"), **kind))
            .count();
        if named == kinds.len() {
            record.take(member);
        }
    }
    if event.set_some(at!("web_resources.data"), record.json("ActivityParameters")) {
        record.take("ActivityParameters");
    }
}

/// Microsoft, Office 365 Management Activity API schema, enum `FormTypes`.
fn form_type(raw: &str) -> Option<&'static str> {
    match scalar(raw)?.as_ref() {
        "0" | "Form" => Some("Form"),
        "1" | "Quiz" => Some("Quiz"),
        "2" | "Survey" => Some("Survey"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_forms_by_number_and_word() {
        for (raw, expected) in [
            ("1", Some("Quiz")),
            (r#""2""#, Some("Survey")),
            (r#""Form""#, Some("Form")),
            ("7", None),
            ("[1]", None),
        ] {
            assert_eq!(form_type(raw), expected, "{raw}");
        }
    }
}
