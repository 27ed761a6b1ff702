//! The verb rule: the activity of an operation that no table names, from the verb in its name.

use crate::class::Class;

/// Activities of a verb family, by class: 6003, 6001, 3004, 6005, 6006, 6002.
struct Family {
    verbs: &'static [&'static str],
    activities: [u8; 6],
}

const CLASSES: [u16; 6] = [6003, 6001, 3004, 6005, 6006, 6002];
const OTHER: u8 = 99;

#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    family(&["new", "add", "create", "install", "invite", "submit", "register", "start", "put", "generate", "upload", "provision"], [1, 1, 1, 6, 1, 1]),
    family(&["get", "view", "read", "list", "access", "open", "retrieve", "preview", "test", "validate"], [2, 2, 2, 1, 14, OTHER]),
    family(&["enable"], [3, 3, 8, 2, 3, 6]),
    family(&["disable"], [3, 3, 9, 2, 3, 7]),
    family(&["set", "update", "edit", "change", "modify", "move", "rename", "restore", "assign", "approve", "sync", "reset"], [3, 3, 3, 2, 3, 8]),
    family(&["remove", "delete", "purge", "recycle", "revoke", "uninstall", "clear", "unpublish"], [4, 4, 4, 7, 4, 2]),
    family(&["search", "query"], [2, 5, 2, 4, OTHER, OTHER]),
    family(&["import"], [1, 6, OTHER, OTHER, OTHER, OTHER]),
    family(&["export", "download", "print"], [2, 7, OTHER, OTHER, 2, OTHER]),
    family(&["share"], [3, 8, OTHER, OTHER, 12, OTHER]),
];

const fn family(verbs: &'static [&'static str], activities: [u8; 6]) -> Family {
    Family { verbs, activities }
}

/// Activity of `operation` in `class`: by the past participle that it ends with (`ListItemCreated` creates, it lists
/// nothing), else by its first word, its last, its first past participle, else 99.
pub(crate) fn activity(class: &Class, operation: &str) -> u8 {
    let Some(column) = CLASSES.iter().position(|uid| *uid == class.uid) else {
        return OTHER;
    };
    let words = words(operation);
    let ending = words.last().and_then(|word| family_of_participle(word));
    let plain = || {
        [words.first(), words.last()]
            .into_iter()
            .flatten()
            .find_map(|word| family_of(word))
    };
    let found = ending
        .or_else(plain)
        .or_else(|| words.iter().find_map(|word| family_of_participle(word)));
    found.map_or(OTHER, |family| family.activities[column])
}

fn family_of(word: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| {
        family
            .verbs
            .iter()
            .any(|verb| verb.eq_ignore_ascii_case(word))
    })
}

/// `Created`, `Viewed`, `Submitted`, `Modified`.
fn family_of_participle(word: &str) -> Option<&'static Family> {
    let (_, end) = word.split_at_checked(word.len().checked_sub(2)?)?;
    if !end.eq_ignore_ascii_case("ed") {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let stem = word.strip_suffix("ed")?;
    let forms = [
        stem.to_owned(),
        format!("{stem}e"),
        stem.strip_suffix('i')
            .map(|s| format!("{s}y"))
            .unwrap_or_default(),
    ];
    let undoubled = stem
        .chars()
        .next_back()
        .and_then(|last| stem.strip_suffix(last))
        .unwrap_or_default();
    forms
        .iter()
        .map(String::as_str)
        .chain([undoubled])
        .find_map(family_of)
}

/// The words of an operation's name: parted by anything but letters and digits, and where a capital follows a small letter.
fn words(operation: &str) -> Vec<&str> {
    operation
        .split(|c: char| !c.is_alphanumeric())
        .flat_map(camel_words)
        .filter(|word| !word.is_empty())
        .collect()
}

fn camel_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(cut) = camel_cut(rest) {
        let (word, tail) = rest.split_at(cut);
        words.push(word);
        rest = tail;
    }
    words.push(rest);
    words
}

fn camel_cut(text: &str) -> Option<usize> {
    let pairs = text.char_indices().zip(text.chars().skip(1));
    pairs
        .filter(|((_, a), b)| a.is_lowercase() && b.is_uppercase())
        .map(|((at, a), _)| at + a.len_utf8())
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::{
        API_ACTIVITY, DETECTION_FINDING, ENTITY_MANAGEMENT, FILE_HOSTING, WEB_RESOURCES_ACTIVITY,
    };

    #[test]
    fn the_verb_decides() {
        for (class, operation, expected) in [
            (&API_ACTIVITY, "New-Mailbox", 1),
            (&API_ACTIVITY, "Get-Mailbox", 2),
            (&API_ACTIVITY, "Set-Mailbox", 3),
            (&API_ACTIVITY, "Remove-Mailbox", 4),
            (&WEB_RESOURCES_ACTIVITY, "SearchPerformed", 5),
            (&WEB_RESOURCES_ACTIVITY, "ListItemCreated", 1),
            (&WEB_RESOURCES_ACTIVITY, "ListItems", 2),
            (&WEB_RESOURCES_ACTIVITY, "PageViewed", 2),
            (&WEB_RESOURCES_ACTIVITY, "TaskModified", 3),
            (&WEB_RESOURCES_ACTIVITY, "FormSubmitted", 1),
            (&WEB_RESOURCES_ACTIVITY, "FormShared", 8),
            (&ENTITY_MANAGEMENT, "Disable account.", 9),
            (&FILE_HOSTING, "SomethingDownloaded", 2),
            (&API_ACTIVITY, "HeartBeat", 99),
            (&API_ACTIVITY, "", 99),
            (&DETECTION_FINDING, "New-Thing", 99),
        ] {
            assert_eq!(activity(class, operation), expected, "{operation}");
        }
    }
}
