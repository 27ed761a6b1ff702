//! Microsoft 365 Backup: policies, protected items, restores (record types 298 to 301).
//!
//! *What it covers:* changes of backup policies, items put under protection or taken out of it, restore tasks and the
//! items that they restore.
//!
//! *Mapping:* Web Resources Activity by the operation's verb; the item, the restore task and the policy are
//! `web_resources`, in this order, and what the record says of them (service, place and time of a restore, how many
//! items come and go) are the tags of the first.
//!
//! *Deliberate:* taking items out of protection and deleting a policy is sensitive: who wants a ransom begins there.
//! `SuccessStatus` of a restored item is its outcome.
//!
//! *Left out:* tasks that browse a backup, whose `SessionId` is no session of a person's.

use super::{Decision, Otherwise, Workload, derived};
use crate::class::WEB_RESOURCES_ACTIVITY as WEB;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::{at, list};
use crate::status;
use crate::tags::{self, OF_WEB_RESOURCE};
use crate::workloads::activity::DELETE;

/// Backup.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "microsoft365_backup",
    name: "Microsoft 365 Backup",
    record_types: &[298, 299, 300, 301],
    operations: &[],
    otherwise: Otherwise {
        class: &WEB,
        activity: None,
    },
    #[rustfmt::skip]
    fields: &[
        derived("ItemID", at!("web_resources.uid"), "of an item under protection; else `BackupItemID`"),
        derived("TaskID", at!("web_resources.uid"), "of a restore task"),
        derived("PolicyID", at!("web_resources.uid"), "of a backup policy"),
        derived("BackupItemType", at!("web_resources.type"), "of an item: `Site`, `Account`, `Mailbox`"),
        derived("ServiceType", at!("web_resources.tags.value"), "so too `RestoreLocation`, `RestoreTime` and the other members of these records"),
        derived("SuccessStatus", at!("status"), ""),
    ],
    things: &[],
    refine,
    map,
};

fn refine(record: &Record<'_>, decision: Decision) -> Decision {
    let removes = record
        .int("CountOfArtifactsBeingRemoved")
        .is_some_and(|count| count > 0);
    Decision {
        sensitive: removes || decision.activity == DELETE,
        ..decision
    }
}

/// Members that say more about the first of the things.
const DETAILS: [&str; 10] = [
    "ServiceType",
    "EditMethodology",
    "CreationMethodology",
    "CountOfArtifactsBeingAdded",
    "CountOfArtifactsBeingRemoved",
    "BillingPolicyId",
    "ProtectionUnitID",
    "RestoreTime",
    "RestoreLocationType",
    "RestoreLocation",
];

fn map(event: &mut Event<'_, '_>) {
    let record = event.record;
    let kind = record.text("BackupItemType");
    let kind = kind.map_or_else(|| "Backup Item".to_owned(), std::borrow::Cow::into_owned);
    let things = [
        ("ItemID", kind.clone()),
        ("BackupItemID", kind),
        ("TaskID", "Restore Task".to_owned()),
        ("PolicyID", "Backup Policy".to_owned()),
    ];
    let mut is_first = true;
    for (member, kind) in things {
        if add(event, member, kind, is_first) {
            is_first = false;
        }
    }
    set_outcome(event);
}

fn add(event: &mut Event<'_, '_>, member: &str, kind: String, is_first: bool) -> bool {
    let record = event.record;
    let details = if is_first { &DETAILS[..] } else { &[] };
    let added = event.element(list!("web_resources"), |event| {
        event.set_some(at!("web_resources.uid"), record.text(member));
        event.set(at!("web_resources.type"), kind);
        for detail in details {
            tags::add(event, &OF_WEB_RESOURCE, *detail, record.text(detail));
        }
    });
    if added {
        record.take_scalars(&[member, "BackupItemType"]);
        record.take_scalars(details);
    }
    added
}

fn set_outcome(event: &mut Event<'_, '_>) {
    let record = event.record;
    let words = record.text("SuccessStatus");
    if let Some(outcome) = words.as_deref().and_then(status::known) {
        event.set_id(at!("status_id"), at!("status"), outcome);
        record.take("SuccessStatus");
    }
}
