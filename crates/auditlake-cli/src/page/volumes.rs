//! How many events there are of each kind.

use std::collections::BTreeMap;

use auditlake_pipeline::record_types::by_value;

/// Kinds that are shown at once; of more, the largest.
const SHOWN: usize = 15;

/// Events by kind, the largest first.
pub(super) struct Volumes {
    pub(super) title: &'static str,
    /// Where they are in the report.
    pub(super) path: &'static str,
    pub(super) first: Vec<Volume>,
    /// Shown on demand.
    pub(super) more: Vec<Volume>,
}

/// Events of one kind.
pub(super) struct Volume {
    /// The key in the report.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) events: u64,
    /// Hundredths of the largest of them.
    pub(super) share: u64,
}

/// The classes, the largest first.
pub(super) fn by_class(counts: &BTreeMap<String, u64>) -> Volumes {
    volumes("OCSF class", "by_class", counts, str::to_owned)
}

/// The record types with their names, the largest first.
pub(super) fn by_record_type(counts: &BTreeMap<String, u64>) -> Volumes {
    volumes("Record type", "by_record_type", counts, |key| {
        let known = key.parse().ok().and_then(by_value);
        known.map_or_else(|| key.to_owned(), |known| format!("{key} {}", known.name))
    })
}

fn volumes(
    title: &'static str,
    path: &'static str,
    counts: &BTreeMap<String, u64>,
    name: impl Fn(&str) -> String,
) -> Volumes {
    let most = counts.values().copied().max().unwrap_or_default().max(1);
    let volume = |(key, &events): (&String, &u64)| Volume {
        name: name(key),
        key: key.clone(),
        events,
        share: (events * 100).div_ceil(most),
    };
    let mut first: Vec<Volume> = counts.iter().map(volume).collect();
    first.sort_by_key(|volume| std::cmp::Reverse(volume.events));
    let more = first.split_off(first.len().min(SHOWN));
    Volumes {
        title,
        path,
        first,
        more,
    }
}
