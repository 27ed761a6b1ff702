//! A set of identities that may grow to millions, in little more than their own bytes.
//!
//! A hash table doubles: it takes up to 40 bytes an identity, and once more half of that while it grows. So only the
//! latest identities are in one; the others are sorted, in parts that are made anew one after the other.

use std::collections::HashSet;

/// Parts of the sorted identities, by their first byte: identities are hashes, so parts are alike.
const PARTS: usize = 256;

/// The latest identities are sorted in when they are this part of the others, and at least so many.
const LATEST_SHARE: usize = 8;
const MIN_LATEST: usize = 1 << 14;

/// A set of identities.
#[derive(Debug)]
pub(crate) struct IdentitySet {
    sorted: Vec<Vec<u128>>,
    latest: HashSet<u128>,
    len: usize,
}

impl Default for IdentitySet {
    fn default() -> Self {
        Self {
            sorted: vec![Vec::new(); PARTS],
            latest: HashSet::new(),
            len: 0,
        }
    }
}

impl IdentitySet {
    pub(crate) fn contains(&self, identity: &u128) -> bool {
        self.latest.contains(identity)
            || self.sorted[part(*identity)].binary_search(identity).is_ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn insert(&mut self, identity: u128) {
        if self.contains(&identity) {
            return;
        }
        self.latest.insert(identity);
        self.len += 1;
        if self.latest.len() >= (self.len / LATEST_SHARE).max(MIN_LATEST) {
            self.sort_in();
        }
    }

    fn sort_in(&mut self) {
        let mut latest: Vec<u128> = std::mem::take(&mut self.latest).into_iter().collect();
        latest.sort_unstable();
        for of_part in latest.chunk_by(|one, next| part(*one) == part(*next)) {
            let sorted = &mut self.sorted[part(of_part[0])];
            *sorted = merged(sorted, of_part);
        }
    }
}

impl Extend<u128> for IdentitySet {
    fn extend<T: IntoIterator<Item = u128>>(&mut self, identities: T) {
        identities
            .into_iter()
            .for_each(|identity| self.insert(identity));
    }
}

fn part(identity: u128) -> usize {
    usize::from(identity.to_be_bytes()[0])
}

/// Two sorted lists as one, with no room to spare.
fn merged(one: &[u128], other: &[u128]) -> Vec<u128> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    let mut rest = one;
    for identity in other {
        let (below, above) = rest.split_at(rest.partition_point(|known| known < identity));
        all.extend_from_slice(below);
        all.push(*identity);
        rest = above;
    }
    all.extend_from_slice(rest);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spread over all parts, as hashes are.
    fn identity(number: u128) -> u128 {
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
    }

    #[test]
    fn what_was_added_is_there_however_much_was_and_nothing_else() {
        let count = 5 * MIN_LATEST as u128;
        let mut set = IdentitySet::default();
        set.extend((0..count).map(identity));
        assert!(set.latest.len() < MIN_LATEST, "most are sorted");
        assert!((0..count).all(|number| set.contains(&identity(number))));
        assert!((count..2 * count).all(|number| !set.contains(&identity(number))));
        assert_eq!(set.len() as u128, count);
    }

    #[test]
    fn an_identity_is_counted_once() {
        let mut set = IdentitySet::default();
        let twice = (0..2 * MIN_LATEST as u128).map(|number| identity(number / 2));
        set.extend(twice.clone());
        set.extend(twice);
        assert_eq!(set.len(), MIN_LATEST);
    }

    #[test]
    fn lists_are_merged_in_their_order() {
        assert_eq!(merged(&[1, 4, 6], &[0, 5, 9]), [0, 1, 4, 5, 6, 9]);
        assert_eq!(merged(&[], &[2]), [2]);
    }
}
