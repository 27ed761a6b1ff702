//! Where the files are and what the table is called.

use crate::schema::EVENTS_DIRECTORY;

/// A lake and a table.
#[derive(Debug)]
pub(super) struct Place {
    /// The lake without a slash at its end.
    pub(super) lake: String,
    /// The parts of the table's name: catalog, schema, table.
    pub(super) table: Vec<String>,
}

impl Place {
    pub(super) fn new(lake: &str, table: &str) -> Self {
        let lake = lake.strip_prefix("file://").unwrap_or(lake);
        Self {
            lake: lake.trim_end_matches('/').to_owned(),
            table: table.split('.').map(str::to_owned).collect(),
        }
    }

    /// The directory of the table's files.
    pub(super) fn directory(&self) -> String {
        format!("{}/{EVENTS_DIRECTORY}", self.lake)
    }

    /// The place of something that belongs to the table, called like it with `suffix`.
    pub(super) fn beside(&self, suffix: &str) -> Self {
        let mut table = self.table.clone();
        if let Some(name) = table.last_mut() {
            name.push_str(suffix);
        }
        Self {
            lake: self.lake.clone(),
            table,
        }
    }

    /// The table's name, each part quoted.
    pub(super) fn name(&self, quote: impl Fn(&str) -> String) -> String {
        let parts: Vec<String> = self.table.iter().map(|part| quote(part)).collect();
        parts.join(".")
    }
}
