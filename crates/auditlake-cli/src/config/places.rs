//! Where in the file each key stands.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::line_at;

/// Lines of keys, from 1, by their paths.
#[derive(Debug, Default)]
pub(crate) struct Places(BTreeMap<Vec<String>, usize>);

impl Places {
    /// The places of all keys of a document. Of a header, the line of the header.
    pub(crate) fn new(text: &str, document: &DeTable<'_>) -> Self {
        let mut places = Self::default();
        places.add(text, document, &[]);
        places
    }

    /// The line of a key.
    pub(crate) fn line(&self, path: &[&str]) -> Option<usize> {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        self.0.get(&path).copied()
    }

    fn add(&mut self, text: &str, table: &DeTable<'_>, above: &[String]) {
        for (key, value) in table {
            let path = [above, &[key.get_ref().to_string()]].concat();
            if let DeValue::Table(table) = value.get_ref() {
                self.add(text, table, &path);
            }
            self.0.insert(path, line_at(text, key.span().start));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_headers_have_their_lines() {
        let text = "# head\n[connections.a]\ncloud = \"gcc\"\n\n[connections.\"b.1\"]\ntenant_id = \"t\"\n";
        let places = Places::new(text, DeTable::parse(text).unwrap().get_ref());
        let lines = [
            &["connections", "a"] as &[&str],
            &["connections", "a", "cloud"],
            &["connections", "b.1"],
            &["connections", "b.1", "tenant_id"],
            &["ingest"],
        ]
        .map(|path| places.line(path));
        assert_eq!(lines, [Some(2), Some(3), Some(5), Some(6), None]);
    }
}
