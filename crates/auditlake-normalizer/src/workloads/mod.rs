//! What each workload's records mean: one file a workload, and this registry.
//!
//! A workload is a list of record types, const tables (operation → class and activity; source member → OCSF
//! attribute) and the few functions that tables cannot say. Adding one is a file, a line in [`WORKLOADS`], and fixtures.

mod activity;
mod ai_admin;
mod air;
mod alerts;
mod attack_simulation;
mod audit_log;
mod auto_labeling;
mod cloud_app_alerts;
mod communication_compliance;
mod compliance_settings;
mod copilot;
mod data_center_access;
mod data_classification;
mod data_sharing;
mod defender_admin;
mod dlp;
mod dynamics;
mod ediscovery;
mod endpoint_dlp;
mod entra_directory;
mod entra_sign_in;
mod exchange_admin;
mod exchange_mailbox;
mod exchange_recipients;
mod forms;
mod information_protection;
mod insider_risk;
mod mail_labels;
mod message_portal;
mod microsoft365_admin;
mod microsoft365_backup;
mod places;
mod planner;
mod power_automate;
mod power_bi;
mod power_pages;
mod power_platform;
mod project;
mod purview_admin;
mod purview_reports;
mod quarantine;
mod retention;
mod risk;
mod sentinel;
mod sharepoint_esignature;
mod sharepoint_files;
mod sharepoint_lists;
mod sharepoint_search;
mod sharepoint_sharing;
mod sharepoint_sites;
mod sharepoint_web;
pub mod sources;
mod stream_sway;
mod submissions;
mod teams;
mod teams_admin;
mod teams_apps;
mod teams_evaluation;
mod threat_files;
mod threat_mail;
mod threat_signals;
mod url_clicks;
mod viva;
mod viva_engage;
mod viva_goals;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::class::{self, Class};
use crate::event::Event;
use crate::record::Record;
use crate::record_types;
use crate::schema::path::Leaf;
use crate::verbs;

pub use crate::things::Thing;

/// The workloads with a mapping of their own.
pub static WORKLOADS: &[&Workload] = &[
    &entra_sign_in::WORKLOAD,
    &entra_directory::WORKLOAD,
    &exchange_admin::WORKLOAD,
    &exchange_mailbox::WORKLOAD,
    &sharepoint_files::WORKLOAD,
    &sharepoint_sharing::WORKLOAD,
    &sharepoint_sites::WORKLOAD,
    &sharepoint_lists::WORKLOAD,
    &sharepoint_search::WORKLOAD,
    &sharepoint_esignature::WORKLOAD,
    &dlp::WORKLOAD,
    &power_bi::WORKLOAD,
    &power_platform::WORKLOAD,
    &power_automate::WORKLOAD,
    &power_pages::WORKLOAD,
    &dynamics::WORKLOAD,
    &teams::WORKLOAD,
    &teams_admin::WORKLOAD,
    &teams_apps::WORKLOAD,
    &viva_engage::WORKLOAD,
    &forms::WORKLOAD,
    &planner::WORKLOAD,
    &project::WORKLOAD,
    &stream_sway::WORKLOAD,
    &viva_goals::WORKLOAD,
    &viva::WORKLOAD,
    &places::WORKLOAD,
    &teams_evaluation::WORKLOAD,
    &endpoint_dlp::WORKLOAD,
    &threat_mail::WORKLOAD,
    &url_clicks::WORKLOAD,
    &threat_files::WORKLOAD,
    &air::WORKLOAD,
    &alerts::WORKLOAD,
    &cloud_app_alerts::WORKLOAD,
    &threat_signals::WORKLOAD,
    &risk::WORKLOAD,
    &defender_admin::WORKLOAD,
    &attack_simulation::WORKLOAD,
    &copilot::WORKLOAD,
    &ai_admin::WORKLOAD,
    &purview_admin::WORKLOAD,
    &ediscovery::WORKLOAD,
    &retention::WORKLOAD,
    &audit_log::WORKLOAD,
    &information_protection::WORKLOAD,
    &mail_labels::WORKLOAD,
    &auto_labeling::WORKLOAD,
    &data_classification::WORKLOAD,
    &communication_compliance::WORKLOAD,
    &insider_risk::WORKLOAD,
    &submissions::WORKLOAD,
    &sentinel::WORKLOAD,
    &quarantine::WORKLOAD,
    &purview_reports::WORKLOAD,
    &message_portal::WORKLOAD,
    &data_sharing::WORKLOAD,
    &data_center_access::WORKLOAD,
    &compliance_settings::WORKLOAD,
    &microsoft365_admin::WORKLOAD,
    &microsoft365_backup::WORKLOAD,
];

/// What the records of one workload mean.
#[derive(Debug)]
pub struct Workload {
    /// Name of its file here, of its directory of fixtures and of its page in the reference.
    pub slug: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Record types that it covers.
    pub record_types: &'static [u16],
    /// Operations by name.
    pub operations: &'static [Operation],
    /// Class of operations that no name or pattern covers; their activity comes from the verb rule, or is this one.
    pub otherwise: Otherwise,
    /// Which members go to which attributes.
    pub fields: &'static [Mapping],
    /// What its records are about, where their members name it: the target first.
    pub things: &'static [Thing],
    /// Class and activity where a field decides, after the tables.
    pub(crate) refine: fn(&Record<'_>, Decision) -> Decision,
    /// What tables cannot say.
    pub(crate) map: fn(&mut Event<'_, '_>),
}

/// Class and activity of an operation.
#[derive(Debug)]
pub struct Operation {
    /// Names as Microsoft sends them, without a final full stop; a `*` at the end stands for any rest.
    pub names: &'static [&'static str],
    /// OCSF class.
    pub class: &'static Class,
    /// OCSF activity.
    pub activity: u8,
    /// Privilege, policy, mail flow or logging: severity Medium at least.
    pub sensitive: bool,
    /// Outcome that the name itself states.
    pub outcome: Option<Outcome>,
}

/// Outcome that an operation's name states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It worked.
    Success,
    /// It did not.
    Failure,
}

/// What becomes of operations that no table names.
#[derive(Debug)]
pub struct Otherwise {
    /// OCSF class.
    pub class: &'static Class,
    /// OCSF activity; none for the verb rule.
    pub activity: Option<u8>,
}

/// A member that goes to an attribute.
#[derive(Debug)]
pub struct Mapping {
    /// Member of the record; for [`Read::Function`] also a path, `PolicyDetails[].Rules[].Severity`.
    pub from: &'static str,
    /// Attribute of the event.
    pub to: Leaf,
    /// How the value is read.
    pub read: Read,
    /// What a reader should know; empty for nothing.
    pub note: &'static str,
}

/// How a member's value is read.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// As text.
    Text,
    /// As an integer, whether sent as a number or as text.
    Integer,
    /// By the workload's function: the entry documents what it does.
    Function,
}

/// What an event will be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision {
    pub(crate) class: &'static Class,
    pub(crate) activity: u8,
    pub(crate) sensitive: bool,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) decided: Decided,
}

/// How class and activity of an event came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decided {
    /// A table has the operation by its name.
    Named,
    /// A pattern of a table covers the operation.
    Pattern,
    /// No table covers it: the workload's own class, with the activity of the verb in its name or the one activity
    /// that the workload has for the rest.
    Verb,
    /// No workload covers the record type: its default class.
    RecordTypeDefault,
    /// The record type is not a known one, or the record has none: API Activity.
    UnknownRecordType,
    /// The record has no operation: Base Event.
    NoOperation,
}

impl Decided {
    /// A word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Pattern => "pattern",
            Self::Verb => "verb",
            Self::RecordTypeDefault => "record_type_default",
            Self::UnknownRecordType => "unknown_record_type",
            Self::NoOperation => "no_operation",
        }
    }
}

impl Decision {
    pub(crate) fn new(class: &'static Class, activity: u8, decided: Decided) -> Self {
        Self {
            class,
            activity,
            sensitive: false,
            outcome: None,
            decided,
        }
    }

    /// The same decision for another class and activity.
    pub(crate) fn to(self, class: &'static Class, activity: u8) -> Self {
        Self {
            class,
            activity,
            ..self
        }
    }
}

/// An operation of a table.
pub(crate) const fn op(
    names: &'static [&'static str],
    class: &'static Class,
    activity: u8,
) -> Operation {
    Operation {
        names,
        class,
        activity,
        sensitive: false,
        outcome: None,
    }
}

impl Operation {
    /// The same operation, of severity Medium at least.
    pub(crate) const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The same operation, whose name states its outcome.
    pub(crate) const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    fn decision(&self, decided: Decided) -> Decision {
        Decision {
            class: self.class,
            activity: self.activity,
            sensitive: self.sensitive,
            outcome: self.outcome,
            decided,
        }
    }
}

/// A mapping of text.
pub(crate) const fn text(from: &'static str, to: Leaf) -> Mapping {
    mapping(from, to, Read::Text, "")
}

/// A mapping of an integer.
pub(crate) const fn integer(from: &'static str, to: Leaf) -> Mapping {
    mapping(from, to, Read::Integer, "")
}

/// A mapping that the workload's function does, with what a reader should know of it.
pub(crate) const fn derived(from: &'static str, to: Leaf, note: &'static str) -> Mapping {
    mapping(from, to, Read::Function, note)
}

const fn mapping(from: &'static str, to: Leaf, read: Read, note: &'static str) -> Mapping {
    Mapping {
        from,
        to,
        read,
        note,
    }
}

/// Nothing to refine.
pub(crate) fn as_decided(_: &Record<'_>, decision: Decision) -> Decision {
    decision
}

static BY_RECORD_TYPE: LazyLock<HashMap<u16, &'static Workload>> = LazyLock::new(|| {
    let pairs = WORKLOADS
        .iter()
        .flat_map(|workload| workload.record_types.iter().map(|rt| (*rt, *workload)));
    pairs.collect()
});

/// The workload that covers a record type.
pub(crate) fn of_record_type(record_type: Option<i64>) -> Option<&'static Workload> {
    BY_RECORD_TYPE
        .get(&u16::try_from(record_type?).ok()?)
        .copied()
}

/// What the event of a record will be.
pub(crate) fn decide(record: &Record<'_>, operation: &str, record_type: Option<i64>) -> Decision {
    let Some(workload) = of_record_type(record_type) else {
        return by_default(operation, record_type);
    };
    let listed = find(workload.operations, &canonical(operation));
    let decision = listed.unwrap_or_else(|| {
        let Otherwise { class, activity } = workload.otherwise;
        let activity = activity.unwrap_or_else(|| verbs::activity(class, operation));
        Decision::new(class, activity, Decided::Verb)
    });
    (workload.refine)(record, decision)
}

/// The default class of the record type, else API Activity, with the verb's activity.
fn by_default(operation: &str, record_type: Option<i64>) -> Decision {
    let known = record_type.and_then(record_types::by_value);
    let decided = match known {
        Some(_) => Decided::RecordTypeDefault,
        None => Decided::UnknownRecordType,
    };
    let class = known
        .and_then(|known| class::by_uid(known.class_uid))
        .unwrap_or(&class::API_ACTIVITY);
    let activity = match class.uid {
        // An alert is triggered once; what comes after adds to it.
        2004 if is_update(operation) => 2,
        2004 => 1,
        _ => verbs::activity(class, operation),
    };
    Decision::new(class, activity, decided)
}

/// Operations on an alert that is there already.
fn is_update(operation: &str) -> bool {
    let name = canonical(operation);
    name == "alertentitygenerated" || name.ends_with("updated")
}

/// What the entry for a canonical name says: an exact one before a pattern, patterns in their order.
pub(crate) fn find(operations: &[Operation], name: &str) -> Option<Decision> {
    let exact = |known: &&str| known.eq_ignore_ascii_case(name);
    let pattern = |known: &&str| {
        known.strip_suffix('*').is_some_and(|start| {
            name.get(..start.len())
                .is_some_and(|n| n.eq_ignore_ascii_case(start))
        })
    };
    let by = |matches: &dyn Fn(&&str) -> bool| {
        operations
            .iter()
            .find(|operation| operation.names.iter().any(matches))
    };
    let named = by(&exact).map(|operation| operation.decision(Decided::Named));
    named.or_else(|| by(&pattern).map(|operation| operation.decision(Decided::Pattern)))
}

/// The form in which operation names are compared: en dashes as hyphens, blanks trimmed and single, no final full stop, small letters.
pub(crate) fn canonical(operation: &str) -> Cow<'_, str> {
    let trimmed = operation.trim().trim_end_matches('.').trim_end();
    if trimmed
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    {
        return Cow::Borrowed(trimmed);
    }
    let is_plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let bytes = trimmed.as_bytes();
    if bytes.iter().all(is_plain) && !bytes.windows(2).any(|pair| pair == b"  ") {
        return Cow::Owned(trimmed.to_ascii_lowercase());
    }
    let words: Vec<String> = trimmed
        .split_whitespace()
        .map(|word| word.replace('–', "-").to_lowercase())
        .collect();
    Cow::Owned(words.join(" "))
}

/// Applies a workload's field table.
pub(crate) fn copy_fields(event: &mut Event<'_, '_>, fields: &[Mapping]) {
    for field in fields {
        match field.read {
            Read::Text => event.copy(field.from, field.to),
            Read::Integer => event.copy_int(field.from, field.to),
            Read::Function => false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_decided(record_type: Option<i64>, operation: &str, expected: Decided) {
        let record = Record::default();
        let decision = decide(&record, operation, record_type);
        assert_eq!(decision.decided, expected, "{record_type:?} {operation}");
    }

    #[test]
    fn a_decision_says_how_it_came_about() {
        check_decided(Some(8), "Add user.", Decided::Named);
        check_decided(Some(8), "Frobnicate user", Decided::Verb);
        check_decided(Some(65_000), "Add user.", Decided::UnknownRecordType);
        check_decided(None, "Add user.", Decided::UnknownRecordType);
        let covered = |value| of_record_type(Some(i64::from(value))).is_some();
        let plain = record_types::RECORD_TYPES
            .iter()
            .find(|known| !covered(known.value));
        if let Some(known) = plain {
            check_decided(Some(known.value.into()), "Add", Decided::RecordTypeDefault);
        }
        let operations = &[op(&["Get*", "GetNone"], &class::API_ACTIVITY, 2)];
        let decided = |name| find(operations, name).map(|decision| decision.decided);
        assert_eq!(decided("getthis"), Some(Decided::Pattern));
        assert_eq!(decided("getnone"), Some(Decided::Named));
        assert_eq!(decided("set"), None);
    }

    #[test]
    fn names_are_compared_without_their_quirks() {
        assert_eq!(canonical("Add user."), "add user");
        assert_eq!(
            canonical("Update application – Certificates and secrets management "),
            "update application - certificates and secrets management"
        );
        assert_eq!(
            canonical("  Set  Company   Information."),
            "set company information"
        );
    }

    #[test]
    fn no_record_type_has_two_workloads_and_no_operation_two_entries() {
        let mut types: Vec<u16> = WORKLOADS
            .iter()
            .flat_map(|w| w.record_types)
            .copied()
            .collect();
        let all = types.len();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), all);
        for workload in WORKLOADS {
            let mut names: Vec<_> = workload
                .operations
                .iter()
                .flat_map(|o| o.names)
                .map(|n| n.to_ascii_lowercase())
                .collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{}", workload.name);
        }
    }

    #[test]
    fn tables_name_activities_that_their_class_has() {
        for operation in WORKLOADS.iter().flat_map(|w| w.operations) {
            let known = operation.activity == 99
                || operation
                    .class
                    .activity_caption(operation.activity)
                    .is_some();
            assert!(
                known,
                "{:?}: {} {}",
                operation.names, operation.class.caption, operation.activity
            );
        }
    }

    #[test]
    fn table_names_are_canonical() {
        for name in WORKLOADS
            .iter()
            .flat_map(|w| w.operations)
            .flat_map(|o| o.names)
        {
            assert_eq!(canonical(name), name.to_lowercase(), "written as compared");
        }
    }
}
