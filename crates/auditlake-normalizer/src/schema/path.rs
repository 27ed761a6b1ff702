//! Addresses of columns: paths in OCSF's notation (`actor.user.name`), resolved and checked when the crate is compiled.

use super::column::{Column, Kind};
use super::layout::LAYOUT;

/// Number of a leaf column, counted depth first over the whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leaf(pub(crate) u16);

impl Leaf {
    /// Its path in OCSF's notation, `actor.user.name`; elements of a list have the path of the list.
    pub fn path(self) -> &'static str {
        &LAYOUT.leaf(self).path
    }
}

/// Number of a list of objects, counted depth first over the whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ListId(pub(crate) u16);

/// Number of a top-level column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Top(pub(crate) usize);

/// The leaf at a path; a path that does not exist does not compile.
macro_rules! at {
    ($path:expr) => {
        const { $crate::schema::path::leaf_at($path) }
    };
}

/// The list of objects at a path; a path that does not exist does not compile.
macro_rules! list {
    ($path:expr) => {
        const { $crate::schema::path::list_at($path) }
    };
}

/// The top-level column of a name; a name that does not exist does not compile.
macro_rules! top {
    ($name:expr) => {
        const { $crate::schema::path::top_at($name) }
    };
}

pub(crate) use {at, list, top};

/// The leaf at `path`.
///
/// # Panics
/// When no leaf has this path.
pub(crate) const fn leaf_at(path: &str) -> Leaf {
    match find(super::EVENTS, path.as_bytes(), 0, Counts::ZERO, false) {
        Search::Found(n) => Leaf(n),
        Search::Passed(_) => panic!("no such column"),
    }
}

/// The list of objects at `path`.
///
/// # Panics
/// When no list of objects has this path.
pub(crate) const fn list_at(path: &str) -> ListId {
    match find(super::EVENTS, path.as_bytes(), 0, Counts::ZERO, true) {
        Search::Found(n) => ListId(n),
        Search::Passed(_) => panic!("no such list"),
    }
}

/// The top-level column of this name.
///
/// # Panics
/// When there is none.
pub(crate) const fn top_at(name: &str) -> Top {
    let mut n = 0;
    while n < super::EVENTS.len() {
        let column = super::EVENTS[n].name.as_bytes();
        if column.len() == name.len() && matches_segment(column, name.as_bytes(), 0) == name.len() {
            return Top(n);
        }
        n += 1;
    }
    panic!("no such column")
}

#[derive(Clone, Copy)]
struct Counts {
    leaves: u16,
    lists: u16,
}

impl Counts {
    const ZERO: Self = Self {
        leaves: 0,
        lists: 0,
    };
}

enum Search {
    Found(u16),
    Passed(Counts),
}

const fn find(
    columns: &[Column],
    path: &[u8],
    from: usize,
    mut seen: Counts,
    want_list: bool,
) -> Search {
    let mut i = 0;
    while i < columns.len() {
        let end = matches_segment(columns[i].name.as_bytes(), path, from);
        match columns[i].kind {
            Kind::Object(object) | Kind::List(object) => {
                if matches!(columns[i].kind, Kind::List(_)) {
                    if want_list && end == path.len() {
                        return Search::Found(seen.lists);
                    }
                    seen.lists += 1;
                }
                // A segment that does not match is searched past the path's end: that only counts.
                let inner = if end == 0 || end >= path.len() {
                    usize::MAX
                } else {
                    end + 1
                };
                match find(object.columns, path, inner, seen, want_list) {
                    Search::Found(n) => return Search::Found(n),
                    Search::Passed(counts) => seen = counts,
                }
            }
            _ => {
                if !want_list && end != 0 && end == path.len() {
                    return Search::Found(seen.leaves);
                }
                seen.leaves += 1;
            }
        }
        i += 1;
    }
    Search::Passed(seen)
}

/// End of the segment `name` in `path` at `from`; 0 when it is not there.
const fn matches_segment(name: &[u8], path: &[u8], from: usize) -> usize {
    if from == usize::MAX || from + name.len() > path.len() {
        return 0;
    }
    let mut i = 0;
    while i < name.len() {
        if name[i] != path[from + i] {
            return 0;
        }
        i += 1;
    }
    let end = from + name.len();
    if end == path.len() || path[end] == b'.' {
        end
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::layout::LAYOUT;

    #[test]
    fn every_leaf_is_found_by_its_own_path() {
        for (n, info) in LAYOUT.leaves.iter().enumerate() {
            assert_eq!(usize::from(leaf_at(&info.path).0), n, "{}", info.path);
        }
    }

    #[test]
    fn every_list_is_found_by_its_own_path() {
        for (n, path) in ["resources", "web_resources"].iter().enumerate() {
            let list = list_at(path);
            assert!(
                LAYOUT
                    .leaves
                    .iter()
                    .any(|leaf| leaf.list == Some(list) && leaf.path.starts_with(path)),
                "{n} {path}"
            );
        }
    }

    #[test]
    #[should_panic(expected = "no such column")]
    fn an_object_is_no_leaf() {
        leaf_at("actor.user");
    }
}
