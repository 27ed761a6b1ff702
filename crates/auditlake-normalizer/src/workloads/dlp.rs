//! Microsoft Purview: data loss prevention (record types 11, 13, 33, 99, 100, 107, 108, 234, 263, 270, 271, 276, 289, 410).
//!
//! *What it covers:* rule matches in SharePoint, OneDrive, Exchange, Teams, other applications, on devices and by
//! on-premises scanners, their undoing, and false positives.
//! *Mapping:* Data Security Finding. The actor is the person in the metadata, not the agent in `UserId`; the severity
//! is the highest of the matched rules, and title and analytic are that rule's; a blocked access is the disposition,
//! not a failure, and no longer stated when the match is undone. Sensitive information is listed by name and count, with the highest confidence; the
//! file (with its labels), the message or the device is what it was found on.
//! *Deliberate:* where the sender gave a reason to override the rule, its block did not hold: the disposition is Allowed.
//! *Left out:* conditions, confidence by type and detected values, which stay in `unmapped`.

mod endpoint;
mod subject;

use std::borrow::Cow;

use super::{Mapping, Operation, Otherwise, Workload, as_decided, derived, op, text};
use crate::class::{DATA_SECURITY_FINDING, FILE_HOSTING};
use crate::event::Event;
use crate::evidence::object_text;
use crate::record::{Record, as_bool, scalar};
use crate::schema::path::{at, list};
use crate::status::{SEVERITIES, severity_of};

pub(super) use endpoint::enforcement;

/// DLP.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "dlp",
    name: "Microsoft Purview data loss prevention",
    record_types: &[
        11, 13, 33, 99, 100, 107, 108, 234, 263, 270, 271, 276, 289, 410,
    ],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &DATA_SECURITY_FINDING,
        activity: Some(99),
    },
    fields: FIELDS,
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
    op(&["SensitivityLabeledFileRenamed"], &FILE_HOSTING, 5),
];

#[rustfmt::skip]
const FIELDS: &[Mapping] = &[
    text("IncidentId", at!("finding_info.uid")),
    derived("PolicyDetails[].PolicyName", at!("data_security.policy.name"), "of the first policy that has one"),
    derived("PolicyDetails[].PolicyId", at!("data_security.policy.uid"), ""),
    derived("PolicyDetails[].Rules[].RuleName", at!("finding_info.analytic.name"), "of the gravest rule; title with the policy"),
    derived("PolicyDetails[].Rules[].RuleId", at!("finding_info.analytic.uid"), ""),
    derived("PolicyDetails[].Rules[].Severity", at!("severity_id"), "the highest"),
    derived("PolicyDetails[].Rules[].Actions", at!("disposition_id"), "BlockAccess 2 Blocked, Quarantine 3 Quarantined"),
    derived("PolicyDetails[].Rules[].ConditionsMatched.SensitiveInformation[].SensitiveInformationTypeName", at!("data_security.discovery_details.type"), "else `SensitiveType`"),
    derived("PolicyDetails[].Rules[].ConditionsMatched.SensitiveInformation[].Count", at!("data_security.discovery_details.count"), ""),
    derived("PolicyDetails[].Rules[].ConditionsMatched.SensitiveInformation[].Confidence", at!("confidence_score"), "the highest"),
    derived("ExceptionInfo.Justification", at!("comment"), "else `Reason`, else the text itself"),
    derived("SharePointMetaData.From", at!("actor.user.name"), ""),
    derived("SharePointMetaData.FileName", at!("file.name"), ""),
    derived("SharePointMetaData.FilePathUrl", at!("file.path"), ""),
    derived("SharePointMetaData.UniqueID", at!("file.uid"), ""),
    derived("SharePointMetaData.FileOwner", at!("file.owner.name"), ""),
    derived("SharePointMetaData.SensitivityLabelIds", at!("file.data_classifications.uid"), ""),
    derived("ExchangeMetaData.From", at!("actor.user.name"), ""),
    derived("ExchangeMetaData.Subject", at!("resources.name"), ""),
    derived("ExchangeMetaData.MessageID", at!("resources.uid"), ""),
    derived("ExchangeMetaData.To", at!("resources.data"), "all of `ExchangeMetaData`"),
    derived("EndpointMetaData.DeviceName", at!("device.hostname"), ""),
    derived("EndpointMetaData.MDATPDeviceId", at!("device.uid"), ""),
    derived("EndpointMetaData.Sha256", at!("file.hashes.value"), "also `Sha1`"),
    derived("EndpointMetaData.Application", at!("actor.app_name"), ""),
    derived("EndpointMetaData.TargetDomain", at!("dst_endpoint.hostname"), ""),
    derived("EndpointMetaData.EnforcementMode", at!("disposition_id"), "where no rule blocks: 1 Logged, 2 and 4 Blocked, 3 and 5 Allowed"),
    derived("EndpointMetaData.SensitiveInfoTypeData[].SensitiveInfoTypeName", at!("data_security.discovery_details.type"), "where no rule lists any"),
    derived("EndpointMetaData.SensitiveInfoTypeData[].Count", at!("data_security.discovery_details.count"), ""),
    derived("EndpointMetaData.Justification", at!("comment"), ""),
];

/// Fills a finding of DLP, of whatever record type.
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
    let exception = Exception::of(record);
    set_finding(event, &policies, &rules);
    set_severity(event, &rules);
    set_data_security(event, &policies, &rules);
    set_explanation(event, &exception);
    if event.activity_id == MATCH {
        set_control(event, &rules, exception.overrides);
    }
    subject::set(event);
    let status = match event.activity_id {
        3 => (4, "Resolved"),
        4 => (3, "Suppressed"),
        _ => (1, "New"),
    };
    event.set_id(at!("status_id"), at!("status"), status);
}

/// `ExceptionInfo`: an object with a justification and a reason, also inside a string; or words.
struct Exception {
    words: Option<String>,
    /// Whether the words are all that it says.
    is_whole: bool,
    overrides: bool,
    reports_false_positive: bool,
}

impl Exception {
    fn of(record: &Record<'_>) -> Self {
        let text = object_text(record, "ExceptionInfo");
        let info = text.as_deref().and_then(|text| Record::parse(text).ok());
        let info = info.unwrap_or_default();
        let given = |member: &str| info.text(member).map(Cow::into_owned);
        let reason = given("Reason");
        Self {
            overrides: given("Justification").is_some()
                || reason
                    .as_deref()
                    .is_some_and(|r| r.eq_ignore_ascii_case("Override")),
            reports_false_positive: given("FalsePositive").as_deref().and_then(as_bool)
                == Some(true),
            is_whole: info.has_only(&["Justification"]) || info.has_only(&["Reason"]),
            words: given("Justification").or(reason),
        }
    }
}

fn set_explanation(event: &mut Event<'_, '_>, exception: &Exception) {
    if let Some(words) = exception.words.clone() {
        event.set(at!("comment"), words);
        if exception.is_whole {
            event.record.take("ExceptionInfo");
        }
    } else if !exception.reports_false_positive {
        event.copy("ExceptionInfo", at!("comment"));
    }
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
    set_place(event);
    let found: Vec<Record<'a>> = rules
        .iter()
        .filter_map(|rule| rule.object("ConditionsMatched"))
        .flat_map(|conditions| conditions.objects("SensitiveInformation"))
        .collect();
    set_confidence(event, &found);
    for (kind, count) in sensitive(&found) {
        add_sensitive(event, kind, count);
    }
}

/// The highest confidence of what was found.
fn set_confidence(event: &mut Event<'_, '_>, found: &[Record<'_>]) {
    let highest = found.iter().filter_map(|one| one.int("Confidence")).max();
    event.set_some(at!("confidence_score"), highest);
}

/// Sensitive information by name, else by id, and how often it was found.
type Sensitive<'a> = (Option<Cow<'a, str>>, Option<i64>);

/// What the rules found. Several rules of one policy count the same data: it is listed once.
fn sensitive<'a>(found: &[Record<'a>]) -> Vec<Sensitive<'a>> {
    let mut all: Vec<Sensitive<'a>> = Vec::new();
    for one in found {
        let kind = one
            .text("SensitiveInformationTypeName")
            .or_else(|| one.text("SensitiveType"));
        let one = (kind, one.int("Count"));
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// Where the data was: on a device in use, in a message on its way, else at rest.
fn set_place(event: &mut Event<'_, '_>) {
    let record = event.record;
    let on_device = endpoint::is_on_device(record);
    let system = if on_device {
        (1, "Endpoint")
    } else {
        (10, "Application-Level DLP")
    };
    event.set_id(
        at!("data_security.detection_system_id"),
        at!("data_security.detection_system"),
        system,
    );
    let state = if on_device {
        (3, "Data in-Use")
    } else if record.object("ExchangeMetaData").is_some() {
        (2, "Data in-Transit")
    } else {
        (1, "Data at-Rest")
    };
    event.set_id(
        at!("data_security.data_lifecycle_state_id"),
        at!("data_security.data_lifecycle_state"),
        state,
    );
}

fn add_sensitive<'a>(event: &mut Event<'_, 'a>, kind: Option<Cow<'a, str>>, count: Option<i64>) {
    event.element(list!("data_security.discovery_details"), |event| {
        event.set_some(at!("data_security.discovery_details.type"), kind);
        event.set_some(at!("data_security.discovery_details.count"), count);
    });
}

/// What the policy did about it.
fn set_control(event: &mut Event<'_, '_>, rules: &[Record<'_>], overridden: bool) {
    let does = |wanted: &str| {
        rules
            .iter()
            .flat_map(|rule| rule.array("Actions"))
            .any(|action| scalar(action).is_some_and(|a| a.eq_ignore_ascii_case(wanted)))
    };
    let disposition = if does("BlockAccess") {
        (2, "Blocked")
    } else if does("Quarantine") {
        (3, "Quarantined")
    } else {
        return;
    };
    let (action, disposition) = if overridden {
        ((1, "Allowed"), (1, "Allowed"))
    } else {
        ((2, "Denied"), disposition)
    };
    event.set_id(at!("action_id"), at!("action"), action);
    event.set_id(at!("disposition_id"), at!("disposition"), disposition);
}
