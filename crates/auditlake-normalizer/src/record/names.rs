//! Where a record has the member of a name.

use super::Member;

/// A name that is asked for, with its place in a table: of a name in the code, the compiler reckons it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'n> {
    pub(super) text: &'n str,
    slot: usize,
}

impl<'n> Name<'n> {
    #[inline]
    pub(crate) fn of(text: &'n str) -> Self {
        Self {
            text,
            slot: Names::first_slot(text),
        }
    }
}

/// Where the member of a name is, if anywhere: most names that are asked for are not there, and need no search.
#[derive(Debug)]
pub(super) struct Names(Box<[u8; Self::SLOTS]>);

impl Names {
    const SLOTS: usize = 256;
    /// Objects of fewer members are searched one by one, those of more too: a table needs gaps.
    const WORTH_IT: std::ops::RangeInclusive<usize> = 6..=96;

    /// The table of these members, if it is worth making one.
    pub(super) fn of(members: &[Member<'_>]) -> Option<Self> {
        if !Self::WORTH_IT.contains(&members.len()) {
            return None;
        }
        // A slot holds the number of a member, from 1.
        let mut slots = Box::new([0; Self::SLOTS]);
        for (member, number) in members.iter().zip(1_u8..) {
            let mut slot = Self::first_slot(&member.key);
            while slots[slot] != 0 {
                slot = (slot + 1) % Self::SLOTS;
            }
            slots[slot] = number;
        }
        Some(Self(slots))
    }

    /// The first of the members with this name.
    pub(super) fn find(&self, members: &[Member<'_>], name: Name<'_>) -> Option<usize> {
        let mut slot = name.slot;
        while self.0[slot] != 0 {
            let index = usize::from(self.0[slot]) - 1;
            if is_same(&members[index].key, name.text) {
                return Some(index);
            }
            slot = (slot + 1) % Self::SLOTS;
        }
        None
    }

    /// By length and three letters, whatever their case.
    #[inline]
    fn first_slot(name: &str) -> usize {
        let bytes = name.as_bytes();
        let lower = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(byte | 0x20));
        let last = bytes.len().saturating_sub(1);
        let mixed = bytes.len() * 11 + lower(0) * 5 + lower(last / 2) * 7 + lower(last);
        mixed % Self::SLOTS
    }
}

/// Whether two names are the same, whatever their case; nearly always they are so to the letter, or of different lengths.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && (a == b || a.eq_ignore_ascii_case(b))
}

#[cfg(test)]
mod tests {
    use crate::record::Record;

    #[test]
    fn members_are_found_among_few_and_many() {
        for count in [0, 1, 5, 6, 7, 95, 96, 97, 300] {
            // Names that share their slots, and one twice.
            let members = (0..count).map(|n| format!("\"a{n:03}b\":{n}"));
            let members: Vec<String> = members.chain(["\"A000B\":\"x\"".to_owned()]).collect();
            let json = format!("{{{}}}", members.join(","));
            let record = Record::parse(&json).expect("an object");
            for n in 1..count {
                assert_eq!(record.int(&format!("A{n:03}B")), Some(n), "{count}");
            }
            let first = if count == 0 { "x" } else { "0" };
            assert_eq!(record.text("a000b").as_deref(), Some(first), "{count}");
            assert_eq!(record.text("a999b"), None);
        }
    }
}
