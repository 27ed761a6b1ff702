//! Where the files are and what the table is called.

use super::table::Table;

/// A table of a lake at its place.
#[derive(Debug)]
pub(super) struct Place<'t> {
    pub(super) table: &'t Table,
    /// The directory of the table's files, without a slash at its end.
    pub(super) directory: String,
    /// The parts of the table's name: catalog, schema, table.
    pub(super) name: Vec<String>,
}

impl<'t> Place<'t> {
    pub(super) fn new(table: &'t Table, lake: &str, name: &str) -> Self {
        let lake = lake.strip_prefix("file://").unwrap_or(lake);
        let directory = format!("{}/{}", lake.trim_end_matches('/'), table.directory());
        let name = name.split('.').map(str::to_owned).collect();
        let place = Self {
            table,
            directory,
            name,
        };
        match table.suffix() {
            Some(suffix) => place.beside(&format!("_{suffix}")),
            None => place,
        }
    }

    /// The place of something that belongs to the table, called like it with `suffix`.
    pub(super) fn beside(&self, suffix: &str) -> Self {
        let mut name = self.name.clone();
        if let Some(last) = name.last_mut() {
            last.push_str(suffix);
        }
        Self {
            table: self.table,
            directory: self.directory.clone(),
            name,
        }
    }

    /// The table's name, each part quoted.
    pub(super) fn name(&self, quote: impl Fn(&str) -> String) -> String {
        let parts: Vec<String> = self.name.iter().map(|part| quote(part)).collect();
        parts.join(".")
    }
}
