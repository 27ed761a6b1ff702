//! Tables for people.

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{CellAlignment, ContentArrangement, Table};
use console::Term;

/// Narrowest table that is still wrapped to the terminal.
const MIN_WIDTH: u16 = 60;
/// Width where there is no terminal: long words of a service are wrapped, most tables are not.
const LOG_WIDTH: u16 = 160;

/// A table for standard error, as wide as the terminal allows.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    let columns = columns(&Term::stderr()).unwrap_or(LOG_WIDTH);
    table
        .load_style(UTF8_FULL_CONDENSED)
        .set_header(header)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(columns);
    table
}

/// A table without lines for standard output: wrapped on a terminal, one line a row for programs.
pub(crate) fn listing(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    if let Some(columns) = columns(&Term::stdout()) {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(columns);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

fn columns(term: &Term) -> Option<u16> {
    term.size_checked()
        .map(|(_, columns)| columns.max(MIN_WIDTH))
}

/// Puts the column's content to the right, as numbers are read.
pub(crate) fn right(table: &mut Table, columns: impl IntoIterator<Item = usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn thousands_are_grouped() {
        let numbers = [0, 999, 1000, 1_234_567].map(number);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }
}
