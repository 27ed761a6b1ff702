//! How directory records say what was changed: entries of `Target`, and `ModifiedProperties`.

use std::borrow::Cow;

use crate::actor::is_guid;
use crate::changes::unwrap;
use crate::record::Record;

/// The ids of one type among the entries of `Target`: 1 name, 2 object id and others, 3 PUID, 5 user principal name.
pub(super) fn ids<'t, 'a>(
    targets: &'t [Record<'a>],
    kind: i64,
) -> impl Iterator<Item = Cow<'a, str>> + 't {
    targets
        .iter()
        .filter(move |target| target.int("Type") == Some(kind))
        .filter_map(|target| target.text("ID"))
}

/// `ObjectId`, unless it says that there is none.
pub(super) fn object(record: &Record<'_>) -> Option<String> {
    let id = record.text("ObjectId")?;
    (id != "Not Available").then(|| id.into_owned())
}

/// The client id in the names of a service principal: `<GUID>;https://…`.
pub(super) fn client_id(record: &Record<'_>) -> Option<String> {
    let names = object(record)?;
    let first = names.split(';').next()?;
    is_guid(first).then(|| first.to_owned())
}

/// The entry of `ModifiedProperties` with this name.
pub(super) fn modified<'a>(record: &Record<'a>, name: &str) -> Option<Record<'a>> {
    record
        .objects("ModifiedProperties")
        .into_iter()
        .find(|p| p.text("Name").is_some_and(|n| n.eq_ignore_ascii_case(name)))
}

/// The new value of a property, or the old one where it was taken away.
pub(super) fn new_value<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    let property = modified(record, name)?;
    let read = |member: &str| {
        property
            .text(member)
            .map(|value| unwrap(&value))
            .filter(|value| !value.is_empty())
    };
    read("NewValue")
        .or_else(|| read("OldValue"))
        .map(Cow::Owned)
}

/// The words of one part of the consent, each once: `[before] => [[Id: …, ResourceId: …, Scope: User.Read Mail.Read], …]`.
pub(super) fn consented(record: &Record<'_>, part: &str) -> Vec<String> {
    let text = new_value(record, "ConsentAction.Permissions").unwrap_or_default();
    let after = text.split_once("=>").map_or(&*text, |(_, after)| after);
    let label = format!("{part}: ");
    let values = after
        .split(&label)
        .skip(1)
        .filter_map(|rest| rest.split([',', ']']).next());
    let mut words: Vec<String> = Vec::new();
    for word in values.flat_map(str::split_whitespace) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_out_of_a_consent() {
        let value = "[[Id: AAA, Scope: Files.Read]] => [[Id: AAA, ClientId: 1, PrincipalId: , Scope: User.Read Mail.ReadWrite, CreatedDateTime: ], [Id: B, ClientId: 1, Scope: offline_access User.Read]]";
        let json = serde_json::json!({"ModifiedProperties": [{"Name": "ConsentAction.Permissions", "NewValue": value}]}).to_string();
        let record = Record::parse(&json).expect("an object");
        assert_eq!(
            consented(&record, "Scope"),
            ["User.Read", "Mail.ReadWrite", "offline_access"]
        );
        assert_eq!(consented(&record, "ClientId"), ["1"]);
    }
}
