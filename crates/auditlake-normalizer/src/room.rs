//! The room of lists, used again for the next record: what is longer than a kilobyte is dear to ask for.

/// Longer lists than this many are let go, lest one exceptional record be paid for in memory from then on.
const LONGEST: usize = 4_096;

/// The list without what was in it, for values that live as long as another record does.
pub(crate) fn emptied<Of, For>(mut list: Vec<Of>) -> Vec<For> {
    list.clear();
    list.shrink_to(LONGEST);
    let none = |_| unreachable!("there are none");
    list.into_iter().map(none).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_unless_there_is_too_much() {
        let list: Vec<&str> = Vec::with_capacity(100);
        let again: Vec<&str> = emptied(list);
        assert!(again.is_empty() && again.capacity() >= 100);
        let again: Vec<&str> = emptied(vec!["x"; 2 * LONGEST]);
        assert!(again.is_empty() && again.capacity() <= LONGEST);
    }
}
