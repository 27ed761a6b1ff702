//! The column tree flattened: what each leaf, list and object is, and where it sits.

use std::sync::LazyLock;

use super::EVENTS;
use super::column::{Column, Kind, Object, Profile};
use super::path::{Leaf, ListId};

/// The `events` table, flattened depth first.
pub(crate) static LAYOUT: LazyLock<Layout> = LazyLock::new(Layout::of_events);

/// One leaf column.
#[derive(Debug)]
pub(crate) struct LeafInfo {
    pub(crate) path: String,
    pub(crate) kind: Kind,
    /// Number of the top-level column that holds it.
    pub(crate) top: usize,
    /// The innermost list of objects that holds it.
    pub(crate) list: Option<ListId>,
    pub(crate) profile: Option<Profile>,
    pub(crate) observable: Option<u8>,
}

/// One list of objects.
#[derive(Debug)]
pub(crate) struct ListInfo {
    /// The list that holds this one.
    pub(crate) parent: Option<ListId>,
    pub(crate) top: usize,
}

/// One object, as a range of leaves, with what OCSF demands of it.
#[derive(Debug)]
pub(crate) struct ObjectInfo {
    /// First leaf.
    pub(crate) first: u16,
    /// One past the last leaf.
    pub(crate) end: u16,
    /// Each must have a leaf that is set.
    pub(crate) all_of: Vec<(u16, u16)>,
    /// One of them must; empty for no such constraint.
    pub(crate) any_of: Vec<(u16, u16)>,
}

/// The flattened table.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) leaves: Vec<LeafInfo>,
    pub(crate) lists: Vec<ListInfo>,
    /// Objects of which OCSF demands something, inner ones before those that hold them: outside lists.
    pub(crate) objects: Vec<ObjectInfo>,
    /// The same within the elements of each list.
    pub(crate) element_objects: Vec<Vec<ObjectInfo>>,
    /// Leaves of each top-level column.
    pub(crate) tops: Vec<(u16, u16)>,
    /// Leaves that need a profile, whatever the class.
    pub(crate) profiled: Vec<(Leaf, Profile)>,
}

#[derive(Clone)]
struct Place {
    path: String,
    top: usize,
    list: Option<ListId>,
    profile: Option<Profile>,
}

impl Layout {
    fn of_events() -> Self {
        let mut layout = Self::default();
        for (top, column) in EVENTS.iter().enumerate() {
            let place = Place {
                path: String::new(),
                top,
                list: None,
                profile: None,
            };
            let first = to_u16(layout.leaves.len());
            layout.add(column, &place);
            layout.tops.push((first, to_u16(layout.leaves.len())));
        }
        let profiles = layout.leaves.iter().map(|leaf| leaf.profile);
        layout.profiled = (0..)
            .zip(profiles)
            .filter_map(|(n, profile)| Some((Leaf(n), profile?)))
            .collect();
        layout
    }

    pub(crate) fn leaf(&self, leaf: Leaf) -> &LeafInfo {
        &self.leaves[usize::from(leaf.0)]
    }

    pub(crate) fn list(&self, list: ListId) -> &ListInfo {
        &self.lists[usize::from(list.0)]
    }

    fn add(&mut self, column: &Column, outer: &Place) {
        let mut place = outer.clone();
        if !place.path.is_empty() {
            place.path.push('.');
        }
        place.path.push_str(column.name);
        place.profile = column.profile.or(outer.profile);
        match column.kind {
            Kind::Object(object) => self.add_object(&object, &place),
            Kind::List(object) => {
                let id = ListId(to_u16(self.lists.len()));
                self.lists.push(ListInfo {
                    parent: place.list,
                    top: place.top,
                });
                self.element_objects.push(Vec::new());
                place.list = Some(id);
                self.add_object(&object, &place);
            }
            kind => self.leaves.push(LeafInfo {
                path: place.path,
                kind,
                top: place.top,
                list: place.list,
                profile: place.profile,
                observable: column.observable,
            }),
        }
    }

    fn add_object(&mut self, object: &Object, place: &Place) {
        let first = to_u16(self.leaves.len());
        let mut spans = Vec::with_capacity(object.columns.len());
        for column in object.columns {
            let from = to_u16(self.leaves.len());
            self.add(column, place);
            spans.push((column.name, (from, to_u16(self.leaves.len()))));
        }
        let spans_of = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| spans.iter().find(|(known, _)| known == name))
                .map(|(_, span)| *span)
                .collect()
        };
        let info = ObjectInfo {
            first,
            end: to_u16(self.leaves.len()),
            all_of: spans_of(object.all_of),
            any_of: spans_of(object.any_of),
        };
        if info.all_of.is_empty() && info.any_of.is_empty() {
            return;
        }
        match place.list {
            Some(list) => self.element_objects[usize::from(list.0)].push(info),
            None => self.objects.push(info),
        }
    }
}

fn to_u16(n: usize) -> u16 {
    u16::try_from(n).expect("the table has far fewer than 65,536 columns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_objects_demand_are_their_own_attributes() {
        fn check(column: &Column) {
            if let Kind::Object(object) | Kind::List(object) = column.kind {
                for name in object.all_of.iter().chain(object.any_of) {
                    assert!(
                        object.columns.iter().any(|c| c.name == *name),
                        "{}.{name}",
                        column.name
                    );
                }
                object.columns.iter().for_each(check);
            }
        }
        EVENTS.iter().for_each(check);
    }

    #[test]
    fn leaves_know_their_list() {
        let info = LAYOUT.leaf(super::super::path::leaf_at("resources.owner.name"));
        assert_eq!(info.list, Some(super::super::path::list_at("resources")));
    }
}
