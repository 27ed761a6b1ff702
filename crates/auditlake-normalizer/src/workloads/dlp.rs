//! Microsoft Purview: data loss prevention (record types 11, 13, 33).
//!
//! *What it covers:* rule matches in SharePoint, OneDrive, Exchange and Teams, their undoing, and false positives.
//! *Mapping:* Data Security Finding. The actor is the person in the metadata, not the agent in `UserId`; the severity
//! is the highest of the matched rules, and title and analytic are that rule's; a blocked access is the disposition,
//! not a failure, and no longer stated when the match is undone.
//! *Left out:* conditions and detected values in detail, which stay in `unmapped`.

use std::borrow::Cow;

use super::{Operation, Otherwise, Workload, as_decided, op};
use crate::actor;
use crate::class::DATA_SECURITY_FINDING;
use crate::common::take_if_held;
use crate::event::Event;
use crate::items::{extension, last_part};
use crate::record::{Record, scalar};
use crate::schema::path::{at, list};
use crate::status::{SEVERITIES, severity_of};

/// DLP.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "dlp",
    name: "Microsoft Purview data loss prevention",
    record_types: &[11, 13, 33],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &DATA_SECURITY_FINDING,
        activity: Some(99),
    },
    fields: &[],
    things: &[],
    refine: as_decided,
    map,
};

/// Activity 1 Create.
const MATCH: u8 = 1;

const OPERATIONS: &[Operation] = &[
    op(&["DlpRuleMatch"], &DATA_SECURITY_FINDING, MATCH),
    op(&["DlpRuleUndo"], &DATA_SECURITY_FINDING, 3),
    op(&["DlpInfo"], &DATA_SECURITY_FINDING, 4),
];

/// What a DLP finding of any workload says.
pub(super) fn map(event: &mut Event<'_, '_>) {
    if event.class.uid != DATA_SECURITY_FINDING.uid {
        return;
    }
    let record = event.record;
    let policies = record.objects("PolicyDetails");
    let rules: Vec<Record<'_>> = policies
        .iter()
        .flat_map(|policy| policy.objects("Rules"))
        .collect();
    set_finding(event, &policies, &rules);
    set_severity(event, &rules);
    set_data_security(event, &policies, &rules);
    if event.activity_id == MATCH {
        set_control(event, &rules);
    }
    set_subject(event);
    let status = match event.activity_id {
        3 => (4, "Resolved"),
        4 => (3, "Suppressed"),
        _ => (1, "New"),
    };
    event.set_id(at!("status_id"), at!("status"), status);
    set_explanation(event);
}

/// `ExceptionInfo`: the user's words, or an object with a justification and a reason.
fn set_explanation(event: &mut Event<'_, '_>) {
    if event.copy("ExceptionInfo", at!("comment")) {
        return;
    }
    let info = event.record.object("ExceptionInfo").unwrap_or_default();
    let words = info.text("Justification").or_else(|| info.text("Reason"));
    event.set_some(at!("comment"), words);
}

/// The rule that the severity comes from: the gravest, of several the first.
fn gravest<'r, 'a>(rules: &'r [Record<'a>]) -> Option<&'r Record<'a>> {
    rules
        .iter()
        .rev()
        .max_by_key(|rule| severity(rule).map(|(id, _)| id))
}

fn severity(rule: &Record<'_>) -> Option<(u8, &'static str)> {
    severity_of(&rule.text("Severity")?)
}

fn set_finding<'a>(event: &mut Event<'_, 'a>, policies: &[Record<'a>], rules: &[Record<'a>]) {
    let record = event.record;
    event.set_some(
        at!("finding_info.uid"),
        record.text("IncidentId").or_else(|| record.text("Id")),
    );
    record.take("IncidentId");
    let policy = policies.iter().find_map(|p| p.text("PolicyName"));
    let gravest = gravest(rules);
    let rule = gravest.and_then(|r| r.text("RuleName"));
    let parts: Vec<Cow<'_, str>> = [policy, rule.clone()].into_iter().flatten().collect();
    event.set(at!("finding_info.title"), parts.join(": "));
    event.set_some(at!("finding_info.analytic.name"), rule);
    event.set_some(
        at!("finding_info.analytic.uid"),
        gravest.and_then(|r| r.text("RuleId")),
    );
    if !rules.is_empty() {
        event.set_id(
            at!("finding_info.analytic.type_id"),
            at!("finding_info.analytic.type"),
            (1, "Rule"),
        );
    }
    event.set(at!("is_alert"), true);
}

fn set_severity(event: &mut Event<'_, '_>, rules: &[Record<'_>]) {
    let found = gravest(rules).and_then(severity);
    event.set_id(
        at!("severity_id"),
        at!("severity"),
        found.unwrap_or(SEVERITIES[0]),
    );
}

fn set_data_security<'a>(event: &mut Event<'_, 'a>, policies: &[Record<'a>], rules: &[Record<'a>]) {
    event.set_some(
        at!("data_security.policy.name"),
        policies.iter().find_map(|p| p.text("PolicyName")),
    );
    event.set_some(
        at!("data_security.policy.uid"),
        policies.iter().find_map(|p| p.text("PolicyId")),
    );
    event.set_id(
        at!("data_security.detection_system_id"),
        at!("data_security.detection_system"),
        (10, "Application-Level DLP"),
    );
    let in_mail = event.record.object("ExchangeMetaData").is_some();
    let state = if in_mail {
        (2, "Data in-Transit")
    } else {
        (1, "Data at-Rest")
    };
    event.set_id(
        at!("data_security.data_lifecycle_state_id"),
        at!("data_security.data_lifecycle_state"),
        state,
    );
    for found in rules
        .iter()
        .filter_map(|rule| rule.object("ConditionsMatched"))
        .flat_map(|c| c.objects("SensitiveInformation"))
    {
        event.element(list!("data_security.discovery_details"), |event| {
            let kind = found
                .text("SensitiveInformationTypeName")
                .or_else(|| found.text("SensitiveType"));
            event.set_some(at!("data_security.discovery_details.type"), kind);
            event.set_some(
                at!("data_security.discovery_details.count"),
                found.int("Count"),
            );
        });
    }
}

/// What the policy did about it.
fn set_control(event: &mut Event<'_, '_>, rules: &[Record<'_>]) {
    let blocks = |action: &str| {
        scalar(action).is_some_and(|action| action.eq_ignore_ascii_case("BlockAccess"))
    };
    if rules
        .iter()
        .flat_map(|rule| rule.array("Actions"))
        .any(blocks)
    {
        event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
        event.set_id(at!("disposition_id"), at!("disposition"), (2, "Blocked"));
    }
}

/// The file or message, and whose it is.
fn set_subject(event: &mut Event<'_, '_>) {
    let record = event.record;
    if let Some(file) = record.object("SharePointMetaData") {
        set_person(event, file.text("From").or_else(|| file.text("FileOwner")));
        set_file(event, &file);
    } else if let Some(mail) = record.object("ExchangeMetaData") {
        set_person(event, mail.text("From"));
        set_mail(event, &mail);
    }
    take_if_held(event, "ObjectId", &[at!("file.path")]);
}

/// The actor: a person, unless the record names none.
fn set_person<'a>(event: &mut Event<'_, 'a>, person: Option<Cow<'a, str>>) {
    if let Some(person) = person {
        actor::set_name(event, actor::ACTOR, person);
        event.set_id(actor::ACTOR.type_id, actor::ACTOR.type_, actor::USER);
    }
}

fn set_file<'a>(event: &mut Event<'_, 'a>, file: &Record<'a>) {
    let path = file.text("FilePathUrl");
    let name = file.text("FileName").or_else(|| {
        path.as_deref()
            .and_then(last_part)
            .map(|n| Cow::Owned(n.to_owned()))
    });
    let Some(name) = name else { return };
    event.set_some(at!("file.ext"), extension(&name).map(str::to_owned));
    event.set(at!("file.name"), name);
    event.set_id(at!("file.type_id"), at!("file.type"), (1, "Regular File"));
    event.set_some(at!("file.path"), path);
    event.set_some(at!("file.uid"), file.text("UniqueID"));
    event.set_some(at!("file.size"), file.int("FileSize"));
    event.set_some(at!("file.owner.name"), file.text("FileOwner"));
    event.set_some(at!("file.url.url_string"), file.text("SiteCollectionUrl"));
}

/// A message has no place of its own in this class: it is the resource.
fn set_mail<'a>(event: &mut Event<'_, 'a>, mail: &Record<'a>) {
    let record = event.record;
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), mail.text("Subject"));
        event.set_some(
            at!("resources.uid"),
            mail.text("MessageID").or_else(|| mail.text("UniqueID")),
        );
        event.set(at!("resources.type"), "Email");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (3, "Affected"),
        );
        event.set_some(at!("resources.data"), record.raw("ExchangeMetaData"));
    });
    if added {
        record.take("ExchangeMetaData");
        if record.text("ObjectId") == mail.text("MessageID") {
            record.take("ObjectId");
        }
    }
}
