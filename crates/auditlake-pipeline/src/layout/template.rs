//! Directories of one's own: `{table}/{class_uid}/dt={event_day}/`.

use std::fmt;

use auditlake_normalizer::schema::ddl;
use auditlake_parquet::{Partition, Piece};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What the template begins with, so that tables do not get into each other's way.
const TABLE: &str = "{table}";
/// Directory of rows without a value.
const MISSING: &str = "unknown";

/// Placeholders: name, column, and for dates their form. Only what has few values: each makes a directory.
pub(super) const PLACEHOLDERS: [(&str, &str, Option<&'static str>); 12] = [
    ("class_uid", "class_uid", None),
    ("class_name", "class_name", None),
    ("category_uid", "category_uid", None),
    ("category_name", "category_name", None),
    ("tenant_uid", "metadata.tenant_uid", None),
    ("log_name", "metadata.log_name", None),
    ("connection", "auditlake.connection", None),
    ("event_day", "time_dt", Some("%Y-%m-%d")),
    ("event_day_compact", "time_dt", Some("%Y%m%d")),
    ("event_year", "time_dt", Some("%Y")),
    ("event_month", "time_dt", Some("%m")),
    ("event_day_of_month", "time_dt", Some("%d")),
];

/// Directories of a lake's events: parts of a path, each of text and placeholders in braces.
///
/// `{table}` comes first. `{class_uid}`, `{class_name}`, `{category_uid}`, `{category_name}`, `{tenant_uid}`,
/// `{log_name}`, `{connection}`, `{event_day}` (2026-05-04), `{event_day_compact}` (20260504), `{event_year}`,
/// `{event_month}` and `{event_day_of_month}` are known. A directory that is `key={placeholder}` is a Hive partition;
/// in others a value that is missing makes the directory `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathTemplate {
    text: String,
    directories: Vec<Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// A column, and for dates their form.
    Value(&'static str, Option<&'static str>),
}

impl PathTemplate {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// [`Error::Config`]: a placeholder that is not known (the known ones are named), text that paths cannot have, or
    /// another beginning than `{table}`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_end_matches('/');
        let mut parts = text.split('/');
        if parts.next() != Some(TABLE) {
            return Err(Error::Config(format!(
                "the path template `{text}` must begin with `{TABLE}/`"
            )));
        }
        Ok(Self {
            text: text.to_owned(),
            directories: parts.map(directory).collect::<Result<_, _>>()?,
        })
    }

    /// The directories below the table's.
    pub(super) fn partitions(&self) -> Vec<Partition> {
        self.directories
            .iter()
            .map(|parts| partition(parts))
            .collect()
    }

    /// The same for engines.
    pub(super) fn levels(&self) -> Vec<ddl::Level> {
        let level = |parts: &Vec<Part>| ddl::Level(parts.iter().map(piece_of_engines).collect());
        self.directories.iter().map(level).collect()
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for PathTemplate {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<PathTemplate> for String {
    fn from(template: PathTemplate) -> Self {
        template.text
    }
}

fn directory(text: &str) -> Result<Vec<Part>, Error> {
    let unfit = |why: &str| {
        Err(Error::Config(format!(
            "the directory `{text}` of the path template {why}"
        )))
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return unfit("has a brace that is not closed");
        };
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(placeholder(name)?);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '=' | '~');
    let has_fit_text = |part: &Part| !matches!(part, Part::Text(text) if !text.chars().all(fit));
    if parts.is_empty() {
        unfit("is empty")
    } else if text.starts_with(['.', '_']) {
        unfit("begins with a dot or an underscore, which hides its files from engines")
    } else if !parts.iter().all(has_fit_text) {
        unfit("has other characters than letters, digits, `.`, `_`, `-`, `=` and `~`")
    } else {
        Ok(parts)
    }
}

fn placeholder(name: &str) -> Result<Part, Error> {
    let found = PLACEHOLDERS.iter().find(|(known, ..)| *known == name);
    if let Some((_, column, format)) = found {
        return Ok(Part::Value(column, *format));
    }
    let known: Vec<String> = PLACEHOLDERS
        .iter()
        .map(|(name, ..)| format!("`{{{name}}}`"))
        .collect();
    Err(Error::Config(format!(
        "`{{{name}}}` is no placeholder of a path template; known are `{TABLE}` at the beginning, {}",
        known.join(", ")
    )))
}

fn partition(parts: &[Part]) -> Partition {
    if let [Part::Text(text), Part::Value(column, format)] = parts
        && let Some(key) = text.strip_suffix('=').filter(|key| !key.contains('='))
    {
        let (key, column) = (key.to_owned(), (*column).to_owned());
        match *format {
            None => return Partition::Value { key, column },
            Some("%Y-%m-%d") => return Partition::Day { key, column },
            Some("%Y%m%d") => return Partition::CompactDay { key, column },
            Some(_) => {}
        }
    }
    Partition::Directory {
        pieces: parts.iter().map(piece).collect(),
        missing: MISSING.to_owned(),
    }
}

/// The value is the one whose name is the placeholder's.
fn piece_of_engines(part: &Part) -> ddl::Piece {
    let placeholder = |known: &&(&str, &str, Option<&str>)| matches!(part, Part::Value(column, format) if (known.1, known.2) == (*column, *format));
    let named = |name| {
        ddl::Value::ALL
            .into_iter()
            .find(|value| value.name() == name)
    };
    let value = PLACEHOLDERS.iter().find(placeholder);
    match (value.and_then(|(name, ..)| named(*name)), part) {
        (Some(value), _) => ddl::Piece::Value(value),
        (None, Part::Text(text)) => ddl::Piece::Text(text.clone()),
        (None, Part::Value(column, _)) => ddl::Piece::Text((*column).to_owned()),
    }
}

fn piece(part: &Part) -> Piece {
    match part {
        Part::Text(text) => Piece::Text(text.clone()),
        Part::Value(column, None) => Piece::Value {
            column: (*column).to_owned(),
        },
        Part::Value(column, Some(format)) => Piece::Date {
            column: (*column).to_owned(),
            format,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auditlake_normalizer::{Normalizer, Options, Origin, event_schema};
    use auditlake_parquet::{TableBuffer, TableSpec};

    use super::*;

    const RECORD: &str = r#"{"CreationTime":"2026-05-04T10:12:33","Id":"1","Operation":"Send","RecordType":2,"Workload":"Exchange"}"#;

    #[track_caller]
    fn check_path(template: &str, expected: &str) {
        let mut normalizer = Normalizer::new(Options::default());
        let origin = Origin {
            connection: "contoso",
            content_type: Some("Audit.Exchange"),
            ..Origin::default()
        };
        normalizer.push(RECORD.as_bytes(), &origin);
        let mut spec = TableSpec::new("events", event_schema(), "time_dt");
        spec.partitions = PathTemplate::parse(template).expect(template).partitions();
        let mut buffer = TableBuffer::new(Arc::new(spec)).expect("columns of the schema");
        buffer.push(normalizer.finish().events).expect("an event");
        let files = buffer.encode(|_, _| "f".to_owned()).expect("a file");
        assert_eq!(files[0].path, expected, "{template}");
    }

    #[track_caller]
    fn check_refused(template: &str, word: &str) {
        match PathTemplate::parse(template) {
            Err(Error::Config(message)) => assert!(message.contains(word), "{message}"),
            other => panic!("{template}: {other:?}"),
        }
    }

    #[test]
    fn a_template_says_the_directories() {
        check_path("{table}", "events/f.parquet");
        check_path(
            "{table}/{class_uid}/dt={event_day}/",
            "events/6003/dt=2026-05-04/f.parquet",
        );
        check_path(
            "{table}/v1/{connection}-{log_name}/{event_year}/{event_month}/{event_day_of_month}",
            "events/v1/contoso-Audit.Exchange/2026/05/04/f.parquet",
        );
        check_path(
            "{table}/class={class_name}/cat={category_uid}-{category_name}/day={event_day_compact}",
            "events/class=API Activity/cat=6-Application Activity/day=20260504/f.parquet",
        );
        check_path("{table}/t-{tenant_uid}", "events/unknown/f.parquet");
        check_path(
            "{table}/t={tenant_uid}",
            "events/t=__HIVE_DEFAULT_PARTITION__/f.parquet",
        );
    }

    #[test]
    fn an_unknown_placeholder_is_told_with_the_known_ones() {
        for (name, ..) in PLACEHOLDERS {
            check_refused("{table}/{klass}", &format!("`{{{name}}}`"));
        }
        check_refused("{table}/{klass}", "`{klass}` is no placeholder");
        check_refused("{table}/{}", "`{}` is no placeholder");
        check_refused("{table}/x/{table}", "`{table}` is no placeholder");
    }

    #[test]
    fn what_paths_cannot_have_is_refused() {
        check_refused("", "begin with");
        check_refused("{class_uid}/{table}", "begin with");
        check_refused("/{table}", "begin with");
        check_refused("{table}x/{class_uid}", "begin with");
        check_refused("{table}//{class_uid}", "is empty");
        check_refused("{table}/..", "hides");
        check_refused("{table}/_{class_uid}", "hides");
        check_refused("{table}/{class_uid", "not closed");
        check_refused("{table}/a}b", "other characters");
        check_refused("{table}/a b", "other characters");
        check_refused("{table}/é", "other characters");
    }

    #[test]
    fn a_template_reads_back_from_json() {
        let template = PathTemplate::parse("{table}/dt={event_day}/").unwrap();
        let json = serde_json::to_string(&template).unwrap();
        assert_eq!(json, r#""{table}/dt={event_day}""#);
        assert_eq!(
            serde_json::from_str::<PathTemplate>(&json).unwrap(),
            template
        );
        assert!(serde_json::from_str::<PathTemplate>(r#""{x}""#).is_err());
    }
}
