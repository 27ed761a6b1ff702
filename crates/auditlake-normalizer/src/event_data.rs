//! `EventData` of SharePoint: text like XML, `<Type>Edit</Type>`, whose names may have blanks.

use std::borrow::Cow;

use crate::record::Record;

/// A part of `EventData`.
pub(crate) fn part<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    let data = record.text("EventData")?;
    let found = pairs(&data)
        .into_iter()
        .find(|(known, value)| *known == name && !value.is_empty());
    found.map(|(_, value)| Cow::Owned(unescaped(value)))
}

/// The parts of `EventData` that say something, in their order; none where any of it is in another form.
pub(crate) fn parts(record: &Record<'_>) -> Option<Vec<(String, String)>> {
    let data = record.text("EventData")?;
    let pairs = pairs(&data);
    let length: usize = pairs.iter().map(|(n, v)| 2 * n.len() + v.len() + 5).sum();
    let is_whole = !pairs.is_empty() && length == data.trim().len();
    let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    is_whole.then(|| {
        said.map(|(name, value)| (name.to_owned(), unescaped(value)))
            .collect()
    })
}

/// Name and value of each `<name>value</name>`.
fn pairs(data: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = data;
    while let Some((name, after)) = rest
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
    {
        let Some((value, tail)) = after.split_once(&*format!("</{name}>")) else {
            break;
        };
        found.push((name, value));
        rest = tail;
    }
    found
}

/// Text of XML with its five named entities read.
fn unescaped(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, mark)| {
        text.replace(entity, mark)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(data: &str) -> String {
        serde_json::json!({"EventData": data}).to_string()
    }

    #[test]
    fn parts_are_read_by_name() {
        let check = |data: &str, name: &str| {
            let json = record(data);
            let record = Record::parse(&json).ok()?;
            part(&record, name).map(Cow::into_owned)
        };
        assert_eq!(
            check("<Group>A &amp;lt; B</Group><Type>Edit</Type>", "Group").as_deref(),
            Some("A &lt; B")
        );
        assert_eq!(
            check(
                "<Permissions granted>Read</Permissions granted>",
                "Permissions granted"
            )
            .as_deref(),
            Some("Read")
        );
        assert_eq!(check("<Type></Type>", "Type"), None);
        assert_eq!(check("plain", "Type"), None);
        assert_eq!(check("<Type>Edit", "Type"), None);
    }

    #[test]
    fn all_parts_or_none() {
        let check = |data: &str| {
            let json = record(data);
            let record = Record::parse(&json).expect("an object");
            parts(&record).map(|parts| parts.len())
        };
        for (data, expected) in [
            ("<A>1</A><B C>2</B C>", Some(2)),
            ("<A>1</A><B></B>", Some(1)),
            ("<A>1</A> and more", None),
            ("plain", None),
            ("", None),
            ("<A>1</B>", None),
        ] {
            assert_eq!(check(data), expected, "{data}");
        }
    }
}
