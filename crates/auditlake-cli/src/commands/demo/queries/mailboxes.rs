//! Which inbox rules and mailbox permissions are new? First those that send mail elsewhere, hide it, or open a mailbox.

use std::cmp::Reverse;

use serde::Deserialize;

use super::{TOP, minute};
use crate::commands::demo::read::{Event, Resource};
use crate::print::table::table;

/// The same as SQL.
pub(super) const SQL: &str = "\
select time_dt, actor.user.name, metadata.event_code, resources[1].name, resources[1].data
from {events} where metadata.event_code in ('New-InboxRule', 'UpdateInboxRules', 'Add-MailboxPermission',
       'Add-RecipientPermission', 'Add-MailboxFolderPermission', 'AddFolderPermissions')
order by coalesce(regexp_matches(resources[1].data, 'ForwardTo|RedirectTo|DeleteMessage|MarkAsRead|AccessRights'), false) desc,
       time_dt desc limit 10";

const OPERATIONS: [&str; 6] = [
    "New-InboxRule",
    "UpdateInboxRules",
    "Add-MailboxPermission",
    "Add-RecipientPermission",
    "Add-MailboxFolderPermission",
    "AddFolderPermissions",
];

/// Parameters that send mail elsewhere, hide it, or open a mailbox to others.
const TELLING_PARAMETERS: [&str; 5] = [
    "ForwardTo",
    "RedirectTo",
    "DeleteMessage",
    "MarkAsRead",
    "AccessRights",
];

/// Characters of a cmdlet's parameters that are shown.
const DETAIL_CHARS: usize = 90;

/// New inbox rules and mailbox permissions.
pub(super) fn answer(events: &[Event]) -> String {
    let mut table = table(&["time", "who", "operation", "on", "how"]);
    let mut found: Vec<&Event> = events
        .iter()
        .filter(|event| OPERATIONS.contains(&event.operation()))
        .collect();
    found.sort_by_key(|event| Reverse((is_telling(event), event.time, event.operation())));
    for event in found.into_iter().take(TOP) {
        let object = event.resources.iter().flatten().next();
        table.add_row([
            minute(event.timestamp()),
            event.actor_name().to_owned(),
            event.operation().to_owned(),
            object
                .and_then(|object| object.name.clone())
                .unwrap_or_default(),
            shortened(&detail(event, object)),
        ]);
    }
    table.to_string()
}

fn is_telling(event: &Event) -> bool {
    let data = event
        .resources
        .iter()
        .flatten()
        .next()
        .and_then(|object| object.data.as_deref());
    data.is_some_and(|data| {
        TELLING_PARAMETERS
            .iter()
            .any(|parameter| data.contains(parameter))
    })
}

/// Who was given what, or a cmdlet's parameters.
fn detail(event: &Event, object: Option<&Resource>) -> String {
    let given = event.privileges.as_deref().unwrap_or_default();
    if !given.is_empty() && !event.user_name().is_empty() {
        return format!("{} to {}", given.join(", "), event.user_name());
    }
    let data = object
        .and_then(|object| object.data.as_deref())
        .unwrap_or_default();
    parameters(data).unwrap_or_else(|| data.to_owned())
}

/// One of a cmdlet's parameters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    name: String,
    value: String,
}

/// A cmdlet's parameters in a line; none when the JSON is something else.
fn parameters(json: &str) -> Option<String> {
    let parameters: Vec<Parameter> = serde_json::from_str(json).ok()?;
    let told = parameters
        .iter()
        .map(|parameter| format!("{}={}", parameter.name, parameter.value));
    Some(told.collect::<Vec<_>>().join(", "))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= DETAIL_CHARS {
        return text.to_owned();
    }
    text.chars().take(DETAIL_CHARS).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::event;
    use super::*;

    #[test]
    fn mailbox_changes_show_telling_parameters_first() {
        let mut rule = event("API Activity", "New-InboxRule", "a@contoso.example", 1);
        rule.resources = Some(vec![Resource {
            name: Some("b@contoso.example".to_owned()),
            data: Some(r#"[{"Name":"DeleteMessage","Value":"True"}]"#.to_owned()),
        }]);
        let text = answer(&[
            rule,
            event(
                "User Access Management",
                "Add-MailboxPermission",
                "a@contoso.example",
                2,
            ),
        ]);
        let (first, second) = (
            text.find("Add-MailboxPermission"),
            text.find("New-InboxRule"),
        );
        assert!(second.is_some() && second < first, "{text}");
        assert!(text.contains("DeleteMessage=True"), "{text}");
    }

    #[test]
    fn the_sql_names_what_is_looked_for() {
        for operation in OPERATIONS {
            assert!(SQL.contains(operation), "{operation}");
        }
        assert!(SQL.contains(&TELLING_PARAMETERS.join("|")));
    }
}
