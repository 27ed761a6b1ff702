//! The tables of a layout as engines are to see them: what `schema ddl` makes its statements of.

use auditlake_normalizer::class::CLASSES;
use auditlake_normalizer::ocsf_1_3_schema;
use auditlake_normalizer::schema::ddl::{Level, Piece, Table, Value};
use auditlake_normalizer::schema::{CLASS_PARTITION, DAY_PARTITION};
use auditlake_parquet::Lake;
use futures::StreamExt;

use super::{Layout, SecurityLake, format_of, of};
use crate::error::Error;
use crate::event_buffers::schema_in_milliseconds;

impl Layout {
    /// The tables of events, whether there are files or not.
    ///
    /// # Errors
    ///
    /// [`Error::Rows`] when the columns of a class cannot be told.
    pub fn tables(&self) -> Result<Vec<Table>, Error> {
        Ok(match self {
            Self::Hive { table } => vec![Table::of_events(table, hive())],
            Self::Flat { table } => vec![Table::of_events(table, Vec::new())],
            Self::Template {
                table,
                path_template,
            } => vec![Table::of_events(table, path_template.levels())],
            Self::SecurityLake { security_lake } => of_classes(security_lake)?,
        })
    }
}

fn hive() -> Vec<Level> {
    vec![
        key(CLASS_PARTITION, Value::ClassName),
        key(DAY_PARTITION, Value::Day),
    ]
}

fn key(name: &str, value: Value) -> Level {
    Level(vec![Piece::Text(format!("{name}=")), Piece::Value(value)])
}

fn of_classes(security_lake: &SecurityLake) -> Result<Vec<Table>, Error> {
    let mut tables = Vec::new();
    for class in CLASSES {
        if let Some(schema) = ocsf_1_3_schema(class).map_err(Error::Rows)? {
            let schema = schema_in_milliseconds(&schema);
            let directory = security_lake.directory(class);
            let levels = security_lake.levels();
            tables.push(Table::of_class(class, &schema, &directory, levels));
        }
    }
    Ok(tables)
}

/// The tables of events of the lake at `location`, as it says itself; where it has several, those that have files, and none where
/// they were handed on.
///
/// # Errors
///
/// [`Error::Lake`] and [`Error::Ledger`] if the lake cannot be read, [`Error::OtherLake`] if a later build made it.
pub async fn tables_of(location: &str) -> Result<Vec<Table>, Error> {
    let lake = Lake::open_to_read(location)?;
    if format_of(&lake).await?.handed_on().is_some() {
        return Ok(Vec::new());
    }
    let tables = of(&lake).await?.tables()?;
    if tables.len() < 2 {
        return Ok(tables);
    }
    let mut filled = Vec::new();
    for table in tables {
        let path = lake.path(table.directory());
        let mut files = lake.store().list(Some(&path));
        let first = files.next().await.transpose();
        let found = first.map_err(|source| Error::Ledger {
            path: path.to_string(),
            source,
        })?;
        filled.extend(found.map(|_| table));
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::template::{PLACEHOLDERS, PathTemplate};

    #[test]
    fn every_placeholder_is_a_value_of_engines() {
        for (name, ..) in PLACEHOLDERS {
            let template = PathTemplate::parse(&format!("{{table}}/x-{{{name}}}")).unwrap();
            let levels = template.levels();
            let [Level(pieces)] = levels.as_slice() else {
                panic!("{levels:?}")
            };
            let [Piece::Text(text), Piece::Value(value)] = pieces.as_slice() else {
                panic!("{pieces:?}")
            };
            assert_eq!((text.as_str(), value.name()), ("x-", name));
        }
        assert_eq!(PLACEHOLDERS.len(), Value::ALL.len());
    }
}
