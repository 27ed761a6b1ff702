//! In which order rows come out, and which are left out: known before a single row is read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

/// A row by its file and its number in it.
pub(super) type Position = (u32, u32);

/// What is known of a file's rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The sort keys, ascending. Null is the lowest.
    pub(super) keys: Vec<i64>,
    /// The rows that are left out; empty when none is.
    dropped: Vec<bool>,
}

impl Rows {
    pub(super) fn new(keys: Vec<i64>) -> Self {
        Self {
            keys,
            dropped: Vec::new(),
        }
    }

    fn is_dropped(&self, row: u32) -> bool {
        self.dropped.get(row as usize).copied().unwrap_or(false)
    }

    fn drop_row(&mut self, row: u32) {
        self.dropped.resize(self.keys.len(), false);
        if let Some(dropped) = self.dropped.get_mut(row as usize) {
            *dropped = true;
        }
    }
}

/// Marks all but the first of the rows that share an identity; the answer is how many.
pub(super) fn drop_repeats(files: &mut [Rows], identities: &mut [(u128, Position)]) -> u64 {
    // Files in their order, rows in theirs: whoever runs it gets the same rows.
    identities.sort_unstable();
    let mut repeats = 0;
    for pair in identities.windows(2) {
        let [(first, _), (second, (file, row))] = pair else {
            continue;
        };
        if first == second {
            files[*file as usize].drop_row(*row);
            repeats += 1;
        }
    }
    repeats
}

/// Merges the files by key, over their keys alone.
#[derive(Debug)]
pub(super) struct Order {
    files: Vec<Rows>,
    next: BinaryHeap<Reverse<(i64, Position)>>,
}

/// Some rows in their order, and where they are read: one contiguous range a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) rows: Vec<Position>,
    pub(super) ranges: BTreeMap<u32, Range<usize>>,
}

impl Order {
    pub(super) fn new(files: Vec<Rows>) -> Self {
        let mut next = BinaryHeap::with_capacity(files.len());
        for (file, rows) in (0..).zip(&files) {
            if let Some(key) = rows.keys.first() {
                next.push(Reverse((*key, (file, 0))));
            }
        }
        Self { files, next }
    }

    /// The next rows, about so many: those that are left out count, as they are read with the others.
    pub(super) fn slice(&mut self, limit: usize) -> Slice {
        let mut slice = Slice::default();
        for _ in 0..limit.max(1) {
            let Some(Reverse((_, (file, row)))) = self.next.pop() else {
                break;
            };
            let rows = &self.files[file as usize];
            if let Some(key) = rows.keys.get(row as usize + 1) {
                self.next.push(Reverse((*key, (file, row + 1))));
            }
            let row_at = row as usize;
            slice
                .ranges
                .entry(file)
                .and_modify(|range| range.end = row_at + 1)
                .or_insert(row_at..row_at + 1);
            if !rows.is_dropped(row) {
                slice.rows.push((file, row));
            }
        }
        slice
    }

    /// Whether all rows were given out.
    pub(super) fn is_done(&self) -> bool {
        self.next.is_empty()
    }

    /// Whether the file has rows that were not given out.
    pub(super) fn has_more_of(&self, file: u32) -> bool {
        self.next
            .iter()
            .any(|Reverse((_, (other, _)))| *other == file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(keys: &[&[i64]]) -> Vec<Rows> {
        keys.iter().map(|keys| Rows::new(keys.to_vec())).collect()
    }

    /// All rows, taken so many at a time.
    fn all(files: Vec<Rows>, limit: usize) -> Vec<Position> {
        let mut order = Order::new(files);
        let mut rows = Vec::new();
        while !order.is_done() {
            rows.extend(order.slice(limit).rows);
        }
        rows
    }

    #[test]
    fn rows_come_by_key_then_by_file_however_many_at_a_time() {
        let keys: [&[i64]; 4] = [&[1, 5, 5, 9], &[], &[5, 6], &[i64::MIN, 5]];
        let expected = [
            (3, 0),
            (0, 0),
            (0, 1),
            (0, 2),
            (2, 0),
            (3, 1),
            (2, 1),
            (0, 3),
        ];
        for limit in 0..10 {
            assert_eq!(all(files(&keys), limit), expected, "{limit}");
        }
    }

    #[test]
    fn a_slice_is_read_from_one_range_a_file() {
        let mut order = Order::new(files(&[&[1, 4, 7], &[2, 3, 9]]));
        assert_eq!(order.slice(1).ranges, BTreeMap::from([(0, 0..1)]));
        let slice = order.slice(3);
        assert_eq!(slice.ranges, BTreeMap::from([(0, 1..2), (1, 0..2)]));
        assert!(order.has_more_of(0) && order.has_more_of(1) && !order.is_done());
        order.slice(1);
        assert!(!order.has_more_of(0));
    }

    #[test]
    fn of_rows_with_one_identity_the_first_stays() {
        let mut files = files(&[&[1, 2], &[1, 3], &[1]]);
        let mut identities = vec![
            (7, (2, 0)),
            (7, (1, 0)),
            (8, (0, 1)),
            (7, (0, 0)),
            (9, (1, 1)),
        ];
        assert_eq!(drop_repeats(&mut files, &mut identities), 2);
        assert_eq!(all(files, 100), [(0, 0), (0, 1), (1, 1)]);
    }
}
