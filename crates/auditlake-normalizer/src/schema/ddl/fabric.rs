//! Microsoft Fabric, warehouse and SQL endpoint: a view of the files, whose objects and lists are JSON text.

use super::dialect::literal;
use super::place::Place;
use crate::schema::column::{Column, Kind};
use crate::schema::{CLASS_PARTITION, DAY_PARTITION, EVENTS};

fn name(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

fn column(column: &Column) -> String {
    let kind = match column.kind {
        Kind::Int => "INT",
        Kind::Long => "BIGINT",
        Kind::Bool => "BIT",
        Kind::DateTime => "DATETIME2(6)",
        _ => "VARCHAR(MAX)",
    };
    format!("    -- {}\n    {} {kind}", column.doc, name(column.name))
}

pub(super) fn statements(place: &Place) -> String {
    let table = place.name(name);
    let files = format!(
        "{}/{CLASS_PARTITION}=*/{DAY_PARTITION}=*/*.parquet",
        place.directory()
    );
    let columns: Vec<String> = EVENTS.iter().map(column).collect();
    format!(
        "CREATE OR ALTER VIEW {table} AS\nSELECT\n  files.*,\n  \
         CAST(files.filepath(1) AS VARCHAR(128)) AS [class_partition],\n  \
         CAST(files.filepath(2) AS DATE) AS {}\nFROM OPENROWSET(\n  BULK {},\n  FORMAT = 'PARQUET'\n) WITH (\n{}\n) AS files;\n",
        name(DAY_PARTITION),
        literal(&files),
        columns.join(",\n")
    )
}
