//! Inbox rules.

use crate::event::Event;
use crate::record::{Record, elements, scalar};
use crate::schema::path::{at, list};
use crate::tags;
use crate::workloads::exchange_recipients::{self, addresses};

/// The inbox rule, with what was done to it, and where it sends messages.
pub(super) fn add(event: &mut Event<'_, '_>) {
    let record = event.record;
    let name = record.named("OperationProperties", "RuleName");
    let uid = record.named("OperationProperties", "RuleId");
    let added = event.element(list!("resources"), |event| {
        event.set_some(at!("resources.name"), name);
        event.set_some(at!("resources.uid"), uid);
        event.set(at!("resources.type"), "InboxRule");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (3, "Affected"),
        );
        event.set_some(at!("resources.data"), record.raw("OperationProperties"));
        for property in record.objects("OperationProperties") {
            let name = property.text("Name").unwrap_or_default();
            tags::add(event, &tags::OF_RESOURCE, name, property.text("Value"));
        }
    });
    if added {
        record.take("OperationProperties");
    }
    let actions = record.named("OperationProperties", "RuleActions");
    for recipient in recipients(&actions.unwrap_or_default()) {
        exchange_recipients::add(event, recipient);
    }
}

/// The addresses in the actions of a rule, JSON in a string: `[{"ActionType":"Forward","Recipients":["…"]}]`.
fn recipients(actions: &str) -> Vec<String> {
    let actions = elements(actions);
    let actions = actions.iter().filter_map(|a| Record::parse(a).ok());
    actions
        .flat_map(|action| action.array("Recipients"))
        .filter_map(scalar)
        .flat_map(|recipient| addresses(&recipient))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_of_a_rule_are_read_out_of_its_actions() {
        let actions = r#"[{"ActionType":"Delete"},{"ActionType":"Forward","Recipients":["\"Kim\" [SMTP:kim@mail.example]","lee@mail.example"]}]"#;
        assert_eq!(
            recipients(actions),
            ["kim@mail.example", "lee@mail.example"]
        );
        assert!(recipients("not JSON").is_empty());
    }
}
