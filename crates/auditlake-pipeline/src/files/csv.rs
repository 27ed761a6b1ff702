//! Exports of the audit log as a table: Purview and `Search-UnifiedAuditLog | Export-Csv`.

use std::io;

use auditlake_normalizer::Position;
use csv::{ByteRecord, ReaderBuilder};

/// The column that holds the records.
const AUDIT_DATA: &[u8] = b"AuditData";

/// Gives the `AuditData` of each row to `take`; a row without one is given whole, for the quarantine.
pub(super) fn each_csv(
    source: impl io::Read,
    delimiter: u8,
    take: &mut impl FnMut(&[u8], Position) -> io::Result<()>,
) -> io::Result<()> {
    let mut table = ReaderBuilder::new()
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .flexible(true)
        .from_reader(source);
    let is_audit_data = |name: &[u8]| name.trim_ascii().eq_ignore_ascii_case(AUDIT_DATA);
    let column = table
        .byte_headers()?
        .iter()
        .position(is_audit_data)
        .unwrap_or(usize::MAX);
    let mut row = ByteRecord::new();
    while table.read_byte_record(&mut row)? {
        let position = Position::Line(row.position().map_or(0, csv::Position::line));
        match row.get(column).map(<[u8]>::trim_ascii) {
            Some(record) if !record.is_empty() => take(record, position)?,
            _ => take(&whole(&row, delimiter), position)?,
        }
    }
    Ok(())
}

fn whole(row: &ByteRecord, delimiter: u8) -> Vec<u8> {
    row.iter().collect::<Vec<_>>().join(&delimiter)
}
