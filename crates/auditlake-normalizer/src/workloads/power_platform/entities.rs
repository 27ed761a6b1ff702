//! What an administrator changed: data policies, environments and their groups.

use std::borrow::Cow;

use super::properties::{details, info, info_text};
use super::subjects;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;
use crate::workloads::canonical;

/// Kinds of entities by the words of their operations: OCSF's number and caption.
const KINDS: [(&str, (u8, &str)); 5] = [
    ("policy", (5, "Policy")),
    ("ruleset", (5, "Policy")),
    ("environmentgroup", (99, "Environment Group")),
    ("environment", (99, "Environment")),
    ("thirdpartyapps", (4, "Organization")),
];

/// The entity, by the words of the operation, and what changed in it.
pub(super) fn set(event: &mut Event<'_, '_>) {
    let record = event.record;
    let operation = record.text("Operation").unwrap_or_default();
    let name = canonical(&operation);
    let kind = KINDS
        .iter()
        .find(|(words, _)| name.contains(words))
        .map_or((99, "Other"), |(_, kind)| *kind);
    let subject = subjects::resource(record)
        .or_else(|| subjects::environment(record).filter(|_| kind.1 == "Environment"))
        .unwrap_or_default();
    event.set_id(at!("entity.type_id"), at!("entity.type"), kind);
    event.set_some(at!("entity.name"), subject.name.clone());
    event.set_some(at!("entity.uid"), subject.uid.clone());
    event.set_some(at!("entity.uid"), info_text(record, "policyId"));
    subjects::take_named(record, &subject);
    if kind.0 == 5 {
        set_policy(event);
    }
    if let Some((member, json)) = details(record)
        && event.set(at!("entity.data"), json)
    {
        record.take(member);
    }
}

fn set_policy(event: &mut Event<'_, '_>) {
    let record = event.record;
    let name = event.text(at!("entity.name")).map(str::to_owned);
    let uid = event.text(at!("entity.uid")).map(str::to_owned);
    event.set_some(at!("entity.policy.name"), name);
    event.set_some(at!("entity.policy.uid"), uid);
    event.set_some(at!("entity.policy.type"), info_text(record, "policyType"));
    event.set_some(at!("comment"), info(record, changes));
}

/// The changes to a data policy: of its properties, and of the class of connectors.
fn changes(info: &Record<'_>) -> Option<String> {
    let set = info.object("changeSet")?;
    let value = |change: &Record<'_>, member: &str| {
        change.text(member).map(Cow::into_owned).or_else(|| {
            let class = change.object(member)?.text("classification")?;
            Some(class.into_owned())
        })
    };
    let change = |change: &Record<'_>| {
        let name = change.text("name")?;
        let before = value(change, "previousValue").unwrap_or_default();
        let after = value(change, "currentValue").unwrap_or_default();
        Some(format!("{name}: {before} => {after}"))
    };
    let said: Vec<String> = ["changedProperties", "connectorChanges"]
        .iter()
        .flat_map(|list| set.objects(list))
        .filter_map(|entry| change(&entry))
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_a_data_policy_are_told_in_a_line() {
        let check = |json: &str| Record::parse(json).ok().and_then(|info| changes(&info));
        assert_eq!(
            check(
                r#"{"changeSet":{"changedProperties":[{"name":"A","previousValue":"x","currentValue":"y"}],
                "connectorChanges":[{"name":"B","previousValue":{"classification":"General"},"currentValue":{"classification":"Blocked"}},{"name":"C"}]}}"#
            )
            .as_deref(),
            Some("A: x => y; B: General => Blocked; C:  => ")
        );
        assert_eq!(check(r#"{"changeSet":{"changedProperties":[]}}"#), None);
        assert_eq!(check(r#"{"changeSet":"x"}"#), None);
    }
}
