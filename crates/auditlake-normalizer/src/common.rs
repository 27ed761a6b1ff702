//! What every record shares: times, tenant, product, actor, address, and what is left over.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::actor;
use crate::class::{APPLICATION_LIFECYCLE, CLASSES, Class, EMAIL_ACTIVITY};
use crate::endpoint;
use crate::event::{Event, Op, Value};
use crate::identity;
use crate::normalizer::Common;
use crate::record::{Member, is_silent, scalar};
use crate::rules;
use crate::schema::OCSF_VERSION;
use crate::schema::layout::LAYOUT;
use crate::schema::path::{Leaf, at, list, top};
use crate::time;

/// Fills the attributes that classes may demand: actor and address, where the workload has not.
pub(crate) fn set_who_and_where(event: &mut Event<'_, '_>) {
    actor::set(event);
    set_address(event);
    set_user_agent(event);
}

/// Where from: the first member that holds an address; where none does and the class demands it, the workload.
fn set_address(event: &mut Event<'_, '_>) {
    let record = event.record;
    let holders = [
        at!("src_endpoint.ip"),
        at!("evidences.src_endpoint.ip"),
        at!("device.ip"),
    ];
    // The sender's address is where a message came from, not where somebody reported or released it from.
    let sender = (event.class.uid == EMAIL_ACTIVITY.uid).then_some("SenderIp");
    let members = ["ClientIPAddress", "ClientIP", "ActorIpAddress"];
    for member in members.into_iter().chain(sender).chain(["UserIp"]) {
        let Some((ip, port)) = record.text(member).as_deref().and_then(endpoint::parse) else {
            continue;
        };
        let ip = ip.to_string();
        if event.set(at!("src_endpoint.ip"), ip.clone()) {
            event.set_some(at!("src_endpoint.port"), port.map(i64::from));
        } else if event.class.uid == APPLICATION_LIFECYCLE.uid {
            set_device_address(event, &ip);
        }
        // Another address, or one that the class has no place for, stays where it is.
        if holders.iter().any(|leaf| event.text(*leaf) == Some(&ip)) {
            record.take(member);
        }
    }
    if event.requires("src_endpoint") && !event.has_top(top!("src_endpoint")) {
        event.set(at!("src_endpoint.svc_name"), workload(event));
    }
}

/// Application Lifecycle knows no endpoint, only the device that somebody is at.
fn set_device_address(event: &mut Event<'_, '_>, ip: &str) {
    if event.set(at!("device.ip"), ip.to_owned()) {
        event.set_id(at!("device.type_id"), at!("device.type"), (0, "Unknown"));
    }
}

/// `Workload`, or the product where the record has none.
pub(crate) fn workload<'a>(event: &Event<'_, 'a>) -> Cow<'a, str> {
    event
        .record
        .text("Workload")
        .unwrap_or(Cow::Borrowed("Microsoft 365"))
}

/// Says that a member was taken when one of these attributes holds its text, whoever set it.
pub(crate) fn take_if_held(event: &Event<'_, '_>, member: &str, leaves: &[Leaf]) {
    let Some(text) = event.record.text(member) else {
        return;
    };
    if leaves.iter().any(|leaf| event.text(*leaf) == Some(&*text)) {
        event.record.take(member);
    }
}

/// Says that a member was taken when any attribute holds its text: records say some names twice.
pub(crate) fn take_if_said(event: &Event<'_, '_>, member: &str) {
    let text = event.record.text(member);
    if text.is_some_and(|text| event.holds(&text)) {
        event.record.take(member);
    }
}

fn set_user_agent(event: &mut Event<'_, '_>) {
    let agent = at!("http_request.user_agent");
    let record = event.record;
    if event.copy("UserAgent", agent) {
        return;
    }
    let extended = record
        .named("ExtendedProperties", "UserAgent")
        .or_else(|| details_user_agent(record));
    let _set = event.set_some(agent, extended) || event.copy("ClientInfoString", agent);
}

/// `ExtendedProperties.additionalDetails` is JSON in a string, with a `User-Agent` member.
fn details_user_agent<'a>(record: &crate::record::Record<'a>) -> Option<Cow<'a, str>> {
    let details = record.named("ExtendedProperties", "additionalDetails")?;
    let inner = crate::record::Record::parse(&details).ok()?;
    inner
        .text("User-Agent")
        .map(|agent| Cow::Owned(agent.into_owned()))
}

/// Class, times, metadata, tenant: what no class lacks.
pub(crate) fn set_base<'a>(event: &mut Event<'_, 'a>, common: &Common<'a>) {
    set_class(event, common);
    set_time(event);
    set_metadata(event, common);
    set_cloud(event, common);
    event.copy_int("OperationCount", at!("count"));
    let record = event.record;
    for member in ["ErrorNumber", "ErrorCode"] {
        event.copy(member, at!("status_code"));
    }
    event.copy("LogonError", at!("status_detail"));
    if let Some(operation) = &common.operation {
        let what = operation.trim().trim_end_matches('.');
        let message = match record.text("UserId") {
            Some(user) => [what, " by ", &user].concat(),
            None => what.to_owned(),
        };
        event.set(at!("message"), message);
    }
}

fn set_class<'a>(event: &mut Event<'_, 'a>, common: &Common<'a>) {
    let class = event.class;
    let activity = event.activity_id;
    let caption = class.activity_caption(activity);
    event.set(at!("class_uid"), i64::from(class.uid));
    event.set(at!("class_name"), class.caption);
    event.set(at!("category_uid"), i64::from(class.category_uid()));
    event.set(at!("category_name"), class.category);
    event.set(at!("activity_id"), activity);
    match (caption, &common.operation) {
        (Some(caption), _) => event.set(at!("activity_name"), caption),
        (None, Some(operation)) => event.set(at!("activity_name"), operation.clone()),
        (None, None) => event.set(at!("activity_name"), "Other"),
    };
    event.set(
        at!("type_uid"),
        i64::from(class.uid) * 100 + i64::from(activity),
    );
    event.set(at!("type_name"), type_name(class, activity));
}

/// `Authentication: Logon`.
fn type_name(class: &Class, activity: u8) -> &'static str {
    static NAMES: LazyLock<HashMap<(u16, u8), String>> = LazyLock::new(|| {
        let named = |class: &'static &'static Class| {
            let other = [(99, "Other")];
            let activities = class.activities.iter().copied().chain(other);
            activities.map(|(id, caption)| {
                let name = format!("{}: {caption}", class.caption);
                ((class.uid, id), name)
            })
        };
        CLASSES.iter().flat_map(named).collect()
    });
    let name = NAMES.get(&(class.uid, activity));
    name.or_else(|| NAMES.get(&(class.uid, 99)))
        .map_or(class.caption, String::as_str)
}

/// `CreationTime`; a record without a readable one is dated by its blob, and without that by the epoch: OCSF demands a time.
fn set_time(event: &mut Event<'_, '_>) {
    let record = event.record;
    let created = record.text("CreationTime");
    let when = created
        .as_deref()
        .and_then(time::parse)
        .or(event.origin.content_created)
        .unwrap_or_default();
    event.set(at!("time"), when.as_millisecond());
    event.set(at!("time_dt"), when.as_microsecond());
    if let Some(created) = created {
        event.set(at!("metadata.original_time"), created);
        record.take("CreationTime");
    }
}

fn set_metadata<'a>(event: &mut Event<'_, 'a>, common: &Common<'a>) {
    let origin = event.origin;
    event.set(at!("metadata.version"), OCSF_VERSION);
    event.set(at!("metadata.uid"), identity::shown(common.identity));
    event.copy("Id", at!("metadata.original_event_uid"));
    event.copy("Operation", at!("metadata.event_code"));
    event.set_some(
        at!("metadata.log_name"),
        origin.content_type.map(str::to_owned),
    );
    event.copy("Version", at!("metadata.log_version"));
    event.copy("OrganizationId", at!("metadata.tenant_uid"));
    if let Some(published) = origin.content_created {
        event.set(at!("metadata.logged_time"), published.as_millisecond());
        event.set(at!("metadata.logged_time_dt"), published.as_microsecond());
    }
    set_correlation(event);
    event.set(at!("metadata.product.vendor_name"), "Microsoft");
    event.set(at!("metadata.product.name"), product(&workload(event)));
    event.copy("Workload", at!("metadata.log_provider"));
    if let Some(number) = &common.record_type_text {
        event.set(at!("metadata.product.feature.uid"), number.clone());
        let name = common
            .record_type
            .and_then(crate::record_types::by_value)
            .map(|known| known.name);
        event.set(
            at!("metadata.product.feature.name"),
            name.map_or_else(|| number.clone(), Cow::Borrowed),
        );
        event.record.take("RecordType");
    }
}

fn set_correlation(event: &mut Event<'_, '_>) {
    let leaf = at!("metadata.correlation_uid");
    let record = event.record;
    let _set = event.copy("InterSystemsId", leaf)
        || event.copy("CorrelationId", leaf)
        || event.set_some(
            leaf,
            record
                .object("AppAccessContext")
                .and_then(|c| c.text("CorrelationId")),
        );
}

/// Record type of Viva Goals.
const VIVA_GOALS: i64 = 216;

fn set_cloud(event: &mut Event<'_, '_>, common: &Common<'_>) {
    event.set(at!("cloud.provider"), "Microsoft 365");
    event.copy("GeoLocation", at!("cloud.region"));
    let record = event.record;
    event.set_some(at!("cloud.account.uid"), record.text("OrganizationId"));
    // In Viva Goals it is an organization of its own, not the tenant.
    if common.record_type != Some(VIVA_GOALS) {
        event.copy("OrganizationName", at!("cloud.account.name"));
    }
    if event.has(at!("cloud.account.uid")) || event.has(at!("cloud.account.name")) {
        event.set_id(
            at!("cloud.account.type_id"),
            at!("cloud.account.type"),
            (17, "M365 Tenant"),
        );
    }
}

/// The product behind a workload.
pub(crate) fn product(workload: &str) -> &'static str {
    match workload {
        "AzureActiveDirectory" => "Microsoft Entra ID",
        "Exchange" => "Exchange Online",
        "SharePoint" => "SharePoint Online",
        "OneDrive" => "OneDrive",
        "MicrosoftTeams" => "Microsoft Teams",
        "SecurityComplianceCenter" => "Microsoft Purview",
        "ThreatIntelligence" | "AirInvestigation" => "Microsoft Defender for Office 365",
        "PowerBI" => "Power BI",
        "Copilot" => "Microsoft 365 Copilot",
        "Microsoft365Defender" => "Microsoft Defender XDR",
        "MicrosoftDefenderForEndpoint" => "Microsoft Defender for Endpoint",
        "MicrosoftDefenderForIdentity" => "Microsoft Defender for Identity",
        "Endpoint" => "Microsoft Purview",
        "MCAS" => "Microsoft Defender for Cloud Apps",
        "Yammer" => "Viva Engage",
        _ => "Microsoft 365",
    }
}

/// What is known only once everything else is set: profiles, observables, provenance, left-overs, the record itself.
pub(crate) fn finish<'a>(event: &mut Event<'_, 'a>, raw: Option<&'a str>) {
    set_observables(event);
    let origin = event.origin;
    event.set(at!("auditlake.connection"), origin.connection.to_owned());
    event.set_some(
        at!("auditlake.content_id"),
        origin.content_id.map(str::to_owned),
    );
    take_context(event);
    take_repeated(event);
    event.set_some(at!("unmapped"), event.record.unmapped());
    event.set_some(at!("raw_data"), raw);
    for profile in event.profiles() {
        event.set(at!("metadata.profiles"), profile);
    }
}

/// Members that, in most records of Entra ID, say again what every event has: the record's own id and the tenant.
fn take_repeated(event: &Event<'_, '_>) {
    take_if_held(
        event,
        "IntraSystemId",
        &[at!("metadata.original_event_uid")],
    );
    for member in ["ActorContextId", "TargetContextId"] {
        take_if_held(event, member, &[at!("metadata.tenant_uid")]);
    }
}

/// `AppAccessContext` was taken when attributes hold all that it says.
fn take_context(event: &Event<'_, '_>) {
    let leaves = [
        at!("actor.app_uid"),
        at!("actor.app_name"),
        at!("actor.session.uid"),
        at!("actor.session.uid_alt"),
        at!("metadata.correlation_uid"),
    ];
    let Some(context) = event.record.object("AppAccessContext") else {
        return;
    };
    let is_held = |member: &Member<'_>| {
        let text = scalar(member.value);
        text.is_some()
            && leaves
                .iter()
                .any(|leaf| event.text(*leaf) == text.as_deref())
    };
    if context
        .members()
        .iter()
        .all(|m| is_held(m) || is_silent(m.value))
    {
        event.record.take("AppAccessContext");
    }
}

/// Captions of the observable types that columns declare.
const OBSERVABLES: [(u8, &str); 7] = [
    (1, "Hostname"),
    (2, "IP Address"),
    (4, "User Name"),
    (5, "Email Address"),
    (6, "URL String"),
    (7, "File Name"),
    (16, "HTTP User-Agent"),
];

fn set_observables(event: &mut Event<'_, '_>) {
    let types = rules::observed();
    let found = event.ops.iter().filter_map(|op| observable(op, types));
    let found: Vec<_> = found.collect();
    for (leaf, type_id, value) in found {
        let caption = OBSERVABLES
            .iter()
            .find(|(id, _)| *id == type_id)
            .map_or("Other", |(_, caption)| *caption);
        // All classes have observables, and what is set here is all that OCSF demands of one.
        event.push(Op::Begin(list!("observables")));
        let mut set = |leaf, value| event.push(Op::Set { leaf, value });
        set(
            at!("observables.name"),
            LAYOUT.leaf(leaf).path.as_str().into(),
        );
        set(at!("observables.type_id"), type_id.into());
        set(at!("observables.type"), caption.into());
        set(at!("observables.value"), value.into());
    }
}

fn observable<'a>(op: &Op<'a>, types: &[Option<u8>]) -> Option<(Leaf, u8, Cow<'a, str>)> {
    let Op::Set {
        leaf,
        value: Value::Text(text),
    } = op
    else {
        return None;
    };
    let type_id = (*types.get(usize::from(leaf.0))?)?;
    Some((*leaf, type_id, text.clone()))
}
