//! The parameters of a cmdlet: a command line in a string (`-Name "Cards" -Enabled "True"`), whose quotes are not
//! escaped and whose end may be cut off, or a list of names and values.

use std::borrow::Cow;

use crate::record::{Record, as_bool};

/// The value of a parameter; none for a switch, which has no value.
pub(super) fn parameter<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    if let Some(value) = record.named("Parameters", name) {
        return Some(value);
    }
    let line = record.text("Parameters")?;
    let value = in_line(&line, name).filter(|value| !value.is_empty())?;
    Some(Cow::Owned(value.to_owned()))
}

/// The first of these parameters that the cmdlet was given.
pub(super) fn first<'a>(record: &Record<'a>, names: &[&str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| parameter(record, name))
}

/// The truth value of a parameter: `True`, `$false`; a bare switch is true.
pub(super) fn switch(record: &Record<'_>, name: &str) -> Option<bool> {
    if let Some(value) = parameter(record, name) {
        return as_bool(value.trim_start_matches('$'));
    }
    let line = record.text("Parameters")?;
    in_line(&line, name).map(|_| true)
}

/// The value of `-name` in a command line; empty for a switch.
fn in_line<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = line.trim();
    loop {
        let (key, tail) = split_name(rest)?;
        let (value, after) = split_value(tail);
        if key.eq_ignore_ascii_case(name) {
            return Some(unquoted(value));
        }
        rest = after;
    }
}

/// The name of the first parameter, and what follows it.
fn split_name(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix('-')?;
    let (name, rest) = line
        .split_once(|c: char| c == ':' || c.is_whitespace())
        .unwrap_or((line, ""));
    Some((name, rest.trim_start()))
}

/// The value, and the rest from the next parameter on. A value that begins with a quote or a parenthesis goes on until
/// one closes it before the next parameter: a comment may hold ` -words` too.
fn split_value(text: &str) -> (&str, &str) {
    if begins_parameter(text) {
        return ("", text);
    }
    let close = match text.chars().next() {
        Some('"') => Some('"'),
        Some('(') => Some(')'),
        _ => None,
    };
    let ends_value = |at: &usize| {
        let (value, rest) = text.split_at(*at);
        let value = value.trim_end();
        begins_parameter(rest.trim_start())
            && close.is_none_or(|close| value.len() > 1 && value.ends_with(close))
    };
    let end = text.match_indices(" -").map(|(at, _)| at).find(ends_value);
    let (value, rest) = text.split_at(end.unwrap_or(text.len()));
    (value.trim_end(), rest.trim_start())
}

/// `-` and a letter.
fn begins_parameter(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// A value without the quotes and parentheses around it; a list of several keeps the quotes between them.
fn unquoted(value: &str) -> &str {
    let within = |text, open, close| -> Option<&str> {
        let text: &str = text;
        text.strip_prefix(open)?.strip_suffix(close)
    };
    let value = within(value, '(', ')').unwrap_or(value).trim();
    within(value, '"', '"').unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"-Name "Cards: the -Name of it" -TeamsLocation ("ALL") -Members ("a@x","b@x") -Purge -Enabled:$false -Json ("{"MaxConfidence":"100"}") -Count 5 -Comment "cut o"#;

    #[test]
    fn parameters_are_read_from_a_command_line() {
        for (name, expected) in [
            ("name", Some("Cards: the -Name of it")),
            ("TeamsLocation", Some("ALL")),
            ("Members", Some(r#"a@x","b@x"#)),
            ("Purge", Some("")),
            ("Enabled", Some("$false")),
            ("Json", Some(r#"{"MaxConfidence":"100"}"#)),
            ("Count", Some("5")),
            ("Comment", Some("\"cut o")),
            ("of", None),
            ("Other", None),
        ] {
            assert_eq!(in_line(LINE, name), expected, "{name}");
        }
        for line in ["", "-", "no parameters", "- -", "\"-Name\" x"] {
            assert_eq!(in_line(line, "Name"), None, "{line}");
        }
    }

    #[test]
    fn switches_are_true_when_they_are_there() {
        let json = serde_json::json!({ "Parameters": LINE }).to_string();
        let record = Record::parse(&json).expect("an object");
        assert_eq!(switch(&record, "Purge"), Some(true));
        assert_eq!(switch(&record, "Enabled"), Some(false));
        assert_eq!(switch(&record, "Export"), None);
    }

    #[test]
    fn parameters_may_be_a_list() {
        let record = Record::parse(r#"{"Parameters":[{"Name":"Member","Value":"sam"}]}"#);
        let member = record.ok().and_then(|record| {
            let member = parameter(&record, "member")?;
            Some(member.into_owned())
        });
        assert_eq!(member.as_deref(), Some("sam"));
    }
}
