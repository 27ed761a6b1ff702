//! A table of a lake: where its files are, their columns, and the directories between.

use std::collections::BTreeSet;

use arrow::datatypes::Schema;

use super::Engine;
use super::attribute::{self, Attribute, Plain, Shape};
use super::level::{Key, Level, Piece, Value};
use crate::class::Class;
use crate::schema::{
    CLASS_PARTITION, DAY_PARTITION, EVENTS_DIRECTORY, SERVICE_HEALTH_DIRECTORY,
    SERVICE_HEALTH_PARTITION,
};

/// Why there are no statements for an engine and a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The engine finds the table's files by other directories.
    #[error(
        "{engine} finds files by directories `key=value`, and `{level}` of the path template is none"
    )]
    Directories {
        /// The engine's name for people.
        engine: &'static str,
        /// The directory, placeholders in braces.
        level: String,
    },
    /// A column would be there twice.
    #[error(
        "the directory `{key}=` of the path template has the name of a column of the events that means something else"
    )]
    Name {
        /// The key.
        key: String,
    },
    /// The engine does not read lakes of this layout.
    #[error("{engine} has no way to Amazon Security Lake's files in S3")]
    SecurityLake {
        /// The engine's name for people.
        engine: &'static str,
    },
}

/// A table of a lake, as engines are to see it.
#[derive(Debug, Clone)]
pub struct Table {
    /// Below the lake's root.
    directory: String,
    /// What the table's name ends with, where a lake has several.
    suffix: Option<String>,
    pub(super) columns: Vec<Attribute>,
    levels: Vec<Level>,
}

impl Table {
    /// The table of all events, with these directories below its own.
    pub fn of_events(directory: &str, levels: Vec<Level>) -> Self {
        Self::with(directory, None, attribute::of_events(), levels)
    }

    /// The table of service health: by day, or in one directory in a lake without partitions.
    pub fn of_service_health(is_flat: bool) -> Self {
        let day = vec![
            Piece::Text(format!("{SERVICE_HEALTH_PARTITION}=")),
            Piece::Value(Value::Day),
        ];
        let levels = if is_flat {
            Vec::new()
        } else {
            vec![Level(day)]
        };
        let columns = attribute::of_service_health();
        Self::with(SERVICE_HEALTH_DIRECTORY, None, columns, levels)
    }

    /// The table of the events of a class, which has these columns.
    pub fn of_class(class: &Class, schema: &Schema, directory: &str, levels: Vec<Level>) -> Self {
        let suffix = class.caption.to_lowercase().replace(' ', "_");
        let columns = attribute::of_fields(schema.fields());
        Self::with(directory, Some(suffix), columns, levels)
    }

    fn with(
        directory: &str,
        suffix: Option<String>,
        columns: Vec<Attribute>,
        mut levels: Vec<Level>,
    ) -> Self {
        let mut directory = directory.to_owned();
        while let Some(constant) = levels.first().and_then(Level::constant) {
            directory = format!("{directory}/{constant}");
            levels.remove(0);
        }
        Self {
            directory,
            suffix,
            columns,
            levels,
        }
    }

    /// Where the files are, below the lake's root.
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// Whether there are no directories between its own and its files.
    pub fn is_flat(&self) -> bool {
        self.levels.is_empty()
    }

    pub(super) fn suffix(&self) -> Option<&str> {
        self.suffix.as_deref()
    }

    pub(super) fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Whether it is one of several, as Amazon Security Lake has them.
    pub(super) fn is_of_class(&self) -> bool {
        self.suffix.is_some()
    }

    /// The directories that are `key=value`.
    pub(super) fn keys(&self) -> Vec<Key> {
        self.levels.iter().filter_map(Level::key).collect()
    }

    /// All directories as keys; the first that is none where there is one.
    pub(super) fn only_keys(&self) -> Result<Vec<Key>, String> {
        let braces = |value: Value| format!("{{{}}}", value.name());
        let key = |level: &Level| level.key().ok_or_else(|| level.shown(braces));
        self.levels.iter().map(key).collect()
    }

    /// The columns that the files have and the path does not.
    pub(super) fn columns_beside<'t>(
        &'t self,
        names: impl IntoIterator<Item = &'t str>,
    ) -> Vec<&'t Attribute> {
        let names: BTreeSet<&str> = names.into_iter().collect();
        let kept = |column: &&Attribute| !names.contains(column.name.as_str());
        self.columns.iter().filter(kept).collect()
    }

    /// Refuses what cannot be for any engine, or for this one.
    pub(super) fn check(&self, engine: Engine) -> Result<(), Refusal> {
        let refuses = matches!(engine, Engine::BigQuery | Engine::Fabric | Engine::Synapse);
        if self.is_of_class() && refuses {
            let engine = engine.caption();
            return Err(Refusal::SecurityLake { engine });
        }
        let foreign = |level: &&Level| level.key().is_some_and(|key| self.is_taken(level, &key));
        match self.levels.iter().find(foreign).and_then(Level::key) {
            Some(key) => Err(Refusal::Name { key: key.name }),
            None => Ok(()),
        }
    }

    /// Whether a column has the key's name and not its value.
    fn is_taken(&self, level: &Level, key: &Key) -> bool {
        let same = |column: &Attribute| column.name.eq_ignore_ascii_case(&key.name);
        let is_its =
            matches!(level.0.as_slice(), [_, Piece::Value(value)] if value.name() == key.name);
        self.columns.iter().any(same) && !is_its
    }
}

impl Default for Table {
    /// The table of a lake whose layout nobody chose.
    fn default() -> Self {
        let level =
            |key: &str, value| Level(vec![Piece::Text(format!("{key}=")), Piece::Value(value)]);
        let levels = vec![
            level(CLASS_PARTITION, Value::ClassName),
            level(DAY_PARTITION, Value::Day),
        ];
        Self::of_events(EVENTS_DIRECTORY, levels)
    }
}

impl From<&Key> for Attribute {
    fn from(key: &Key) -> Self {
        Self {
            name: key.name.clone(),
            shape: Shape::Plain(key.plain),
            doc: key.doc.clone(),
        }
    }
}

impl Attribute {
    /// The column that a value of a directory is.
    pub(super) fn of_value(value: Value) -> Self {
        Self {
            name: value.name().to_owned(),
            shape: Shape::Plain(value.plain()),
            doc: value.doc().to_owned(),
        }
    }

    /// Its type, if it holds no other.
    pub(super) fn plain(&self) -> Option<Plain> {
        match self.shape {
            Shape::Plain(plain) => Some(plain),
            _ => None,
        }
    }
}
