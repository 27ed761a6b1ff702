//! Whatever bytes come, each record becomes one row: an event that keeps it byte for byte, or an item of the quarantine.

#![no_main]

use arrow::array::{Array, AsArray};
use auditlake_normalizer::{Batch, Normalizer, Options, Origin, ocsf_1_3, split_array, write_ndjson};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    check(data);
    if let Ok(records) = split_array(data) {
        records.into_iter().for_each(check);
    }
});

fn check(record: &[u8]) {
    let mut normalizer = Normalizer::new(Options::default());
    normalizer.push(record, &Origin::default());
    let batch = normalizer.finish();
    assert_eq!(batch.events.num_rows() + batch.quarantine.num_rows(), 1);
    assert_eq!(batch.rows.len(), batch.events.num_rows());
    assert_eq!(kept(&batch), record, "kept byte for byte");
    write_ndjson(&batch.events, std::io::sink()).expect("events can be printed");
    let converted = ocsf_1_3(&batch.events).expect("events have a form in OCSF 1.3.0");
    let rows: usize = converted.iter().map(|(_, events)| events.num_rows()).sum();
    assert_eq!(rows, batch.events.num_rows());
}

/// The bytes of the one row, of whichever table.
fn kept(batch: &Batch) -> Vec<u8> {
    let events = batch.events.column_by_name("raw_data");
    let quarantined = batch.quarantine.column_by_name("raw_data");
    let texts = [events, quarantined].into_iter().flatten();
    let text = texts
        .map(|column| column.as_string::<i32>())
        .find(|texts| !texts.is_empty() && texts.is_valid(0));
    let bytes = || {
        let column = batch.quarantine.column_by_name("raw_bytes")?;
        column.as_binary::<i32>().iter().flatten().next()
    };
    let text = text.map(|texts| texts.value(0).as_bytes());
    text.or_else(bytes).unwrap_or_default().to_vec()
}
