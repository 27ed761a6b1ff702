//! ClickHouse: a table over the files, which are read where they are.
//!
//! Objects are tuples, which cannot be null here: an object that is not there is a tuple of nulls, and a list that is
//! not there is empty.

use super::attribute::{Attribute, Plain};
use super::dialect::{Dialect, backticks, columns, escaped};
use super::level::Key;
use super::place::Place;

struct ClickHouse;

impl Dialect for ClickHouse {
    fn name(&self, name: &str) -> String {
        backticks(name)
    }

    fn plain(&self, plain: Plain) -> &'static str {
        match plain {
            Plain::Text => "Nullable(String)",
            Plain::Int => "Nullable(Int32)",
            Plain::Long => "Nullable(Int64)",
            Plain::Bool => "Nullable(Bool)",
            Plain::Micros => "Nullable(DateTime64(6, 'UTC'))",
            Plain::Millis => "Nullable(DateTime64(3, 'UTC'))",
            Plain::Date => "Date",
        }
    }

    fn list(&self, item: &str) -> String {
        format!("Array({item})")
    }

    fn object(&self) -> (&'static str, &'static str) {
        ("Tuple(", ")")
    }

    fn column(&self, column: &Attribute, kind: &str) -> String {
        let comment = escaped(&column.doc);
        format!("{} {kind} COMMENT {comment}", self.name(&column.name))
    }
}

pub(super) fn statements(place: &Place<'_>) -> String {
    let keys = place.table.keys();
    let partitions: Vec<String> = keys.iter().map(partition).collect();
    let names = keys.iter().map(|key| key.name.as_str());
    let kept = columns(&ClickHouse, place.table.columns_beside(names));
    let engine = engine(&format!("{}/**/*.parquet", place.directory));
    format!(
        "CREATE OR REPLACE TABLE {} (\n{kept}{}\n)\nENGINE = {engine}\nSETTINGS use_hive_partitioning = {};\n",
        place.name(backticks),
        partitions.concat(),
        u8::from(!keys.is_empty()),
    )
}

/// A column of the path is never null.
fn partition(key: &Key) -> String {
    let kind = match key.plain {
        Plain::Int => "Int32",
        Plain::Date => "Date",
        _ => "String",
    };
    let (name, comment) = (backticks(&key.name), escaped(&key.doc));
    format!(",\n  {name} {kind} COMMENT {comment}")
}

/// The table engine for a location; credentials come from the server's configuration.
fn engine(files: &str) -> String {
    if let Some((account, container, path)) = azure(files) {
        let url = escaped(&format!("https://{account}.blob.core.windows.net"));
        let [container, path] = [container, path].map(escaped);
        return format!("AzureBlobStorage({url}, {container}, {path}, 'Parquet')");
    }
    if let Some(path) = files.strip_prefix("gs://") {
        let url = format!("https://storage.googleapis.com/{path}");
        return format!("S3({}, 'Parquet')", escaped(&url));
    }
    if files.contains("://") {
        return format!("S3({}, 'Parquet')", escaped(files));
    }
    format!("File('Parquet', {})", escaped(files))
}

/// Account, container and path: `abfss://container@account.…/path`, or `az://container/path`, which names no account.
fn azure(files: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = files.split_once("://")?;
    let (place, path) = rest.split_once('/')?;
    match scheme {
        "abfs" | "abfss" => {
            let (container, host) = place.split_once('@')?;
            Some((host.split('.').next()?, container, path))
        }
        "az" | "azure" => Some(("ACCOUNT", place, path)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_has_its_engine() {
        for (files, expected) in [
            ("s3://b/l/*", "S3('s3://b/l/*', 'Parquet')"),
            (
                "gs://b/l/*",
                "S3('https://storage.googleapis.com/b/l/*', 'Parquet')",
            ),
            (
                "abfss://c@a.dfs.core.windows.net/l/*",
                "AzureBlobStorage('https://a.blob.core.windows.net', 'c', 'l/*', 'Parquet')",
            ),
            (
                "az://c/l/*",
                "AzureBlobStorage('https://ACCOUNT.blob.core.windows.net', 'c', 'l/*', 'Parquet')",
            ),
            ("/data/l/*", "File('Parquet', '/data/l/*')"),
        ] {
            assert_eq!(engine(files), expected);
        }
    }
}
