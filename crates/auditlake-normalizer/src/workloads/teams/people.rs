//! Members, guests and their roles.

use std::borrow::Cow;

use crate::actor;
use crate::common::take_if_held;
use crate::event::Event;
use crate::record::Record;
use crate::schema::path::at;

/// Who joined or left what.
pub(super) fn set_membership(event: &mut Event<'_, '_>) {
    set_group(event);
    let record = event.record;
    if let Some(invitee) = record.text("Invitee") {
        actor::set_name(event, actor::TARGET, invitee);
        record.take("Invitee");
    }
    // Whoever comes with a new team comes in a record of their own.
    if !matches!(event.activity_id, 5 | 6) {
        set_member(event, &["UPN", "DisplayName"]);
    }
}

/// What a person joined: the channel or chat where the record names one, else the team.
fn set_group(event: &mut Event<'_, '_>) {
    let record = event.record;
    let has = |member: &str| record.text(member).is_some();
    let (name, uid, kind) = if has("ChannelGuid") {
        ("ChannelName", "ChannelGuid", Cow::Borrowed("Channel"))
    } else if has("ChatThreadId") && !has("TeamGuid") {
        let kind = record.text("CommunicationType");
        let kind = kind.unwrap_or(Cow::Borrowed("Chat"));
        ("ChatName", "ChatThreadId", kind)
    } else {
        event.copy("AADGroupId", at!("group.uid_alt"));
        ("TeamName", "TeamGuid", Cow::Borrowed("Team"))
    };
    event.copy(name, at!("group.name"));
    event.copy(uid, at!("group.uid"));
    event.set(at!("group.type"), kind);
    take_if_held(event, "CommunicationType", &[at!("group.type")]);
}

/// Whose role became what.
pub(super) fn set_role(event: &mut Event<'_, '_>) {
    let members = event.record.objects("Members");
    let role = members.first().and_then(|member| member.text("Role"));
    event.set_some(at!("privileges"), role.map(role_words));
    set_member(event, &["UPN", "DisplayName", "Role"]);
}

/// Microsoft's pages contradict each other about the numbers, which therefore stay numbers.
fn role_words(role: Cow<'_, str>) -> Cow<'_, str> {
    if role.parse::<i64>().is_ok() {
        return Cow::Owned(format!("Role {role}"));
    }
    role
}

/// The first of `Members`. The list was taken when it has one member only, and no more of them than columns hold.
fn set_member(event: &mut Event<'_, '_>, held: &[&str]) {
    let record = event.record;
    let members = record.objects("Members");
    let Some(member) = members.first() else {
        return;
    };
    set_person(event, member);
    if members.len() == 1 && record.array("Members").len() == 1 && member.has_only(held) {
        record.take("Members");
    }
}

fn set_person<'a>(event: &mut Event<'_, 'a>, member: &Record<'a>) {
    let shown = member.text("DisplayName");
    let Some(name) = member.text("UPN").or_else(|| shown.clone()) else {
        return;
    };
    if actor::is_guest(&name) {
        event.set_id(actor::TARGET.type_id, actor::TARGET.type_, (99, "Guest"));
    }
    actor::set_name(event, actor::TARGET, name);
    event.set_some(actor::TARGET.display_name, shown);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_roles_stay_numbers() {
        for (role, expected) in [("Owner", "Owner"), ("1", "Role 1"), ("2", "Role 2")] {
            assert_eq!(role_words(Cow::Borrowed(role)), expected);
        }
    }
}
