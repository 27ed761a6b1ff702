//! One event in the making: what has been set so far, checked against what its class allows and demands.

use std::borrow::Cow;

use crate::class::Class;
use crate::normalizer::Origin;
use crate::record::{Name, Record};
use crate::rules::{Allowed, Demand, Rules, Takes, is_single};
use crate::schema::column::Profile;
use crate::schema::layout::{LAYOUT, ObjectInfo};
use crate::schema::path::{Leaf, ListId, Top};

/// A value for a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Bool(bool),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<u8> for Value<'_> {
    fn from(n: u8) -> Self {
        Self::Int(n.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

/// One step in the making of a row.
#[derive(Debug, Clone)]
pub(crate) enum Op<'a> {
    /// Sets a leaf, of the newest element where the leaf is in a list.
    Set { leaf: Leaf, value: Value<'a> },
    /// Begins an element of a list of objects.
    Begin(ListId),
}

/// One event in the making.
#[derive(Debug)]
pub(crate) struct Event<'r, 'a> {
    pub(crate) record: &'r Record<'a>,
    pub(crate) origin: &'r Origin<'r>,
    pub(crate) class: &'static Class,
    pub(crate) activity_id: u8,
    /// Severity 3 Medium at least: privilege, policy, mail flow, logging.
    pub(crate) sensitive: bool,
    rules: &'static Rules,
    pub(crate) ops: Vec<Op<'a>>,
    /// For each leaf the number, from 1, of the first step that sets it; 0 for none.
    first_set: Vec<u16>,
}

impl<'r, 'a> Event<'r, 'a> {
    pub(crate) fn new(
        record: &'r Record<'a>,
        origin: &'r Origin<'r>,
        class: &'static Class,
        activity_id: u8,
    ) -> Self {
        Self {
            record,
            origin,
            class,
            activity_id,
            sensitive: false,
            rules: Rules::of(class),
            ops: Vec::new(),
            first_set: vec![0; LAYOUT.leaves.len()],
        }
    }

    /// Whether the class has the attribute that holds this leaf.
    pub(crate) fn allows(&self, leaf: Leaf) -> bool {
        self.rules.takes(leaf) != Takes::Nothing
    }

    /// Sets a leaf. False when the class does not have it, the value does not fit, or it is set already (outside lists).
    pub(crate) fn set(&mut self, leaf: Leaf, value: impl Into<Value<'a>>) -> bool {
        let value = value.into();
        let taken = self.has(leaf) && is_single(leaf);
        if taken || !fits(self.rules.takes(leaf), &value) {
            return false;
        }
        self.push(Op::Set { leaf, value });
        true
    }

    /// Adds a step that is known to be right.
    pub(crate) fn push(&mut self, op: Op<'a>) {
        self.ops.push(op);
        self.note(self.ops.len());
    }

    /// Notes that the step of this number, from 1, sets its leaf.
    fn note(&mut self, number: usize) {
        if let Some(Op::Set { leaf, .. }) = self.ops.get(number - 1) {
            let first = &mut self.first_set[usize::from(leaf.0)];
            if *first == 0 {
                // Beyond that a leaf is known to be set, and its value is not found.
                *first = u16::try_from(number).unwrap_or(u16::MAX);
            }
        }
    }

    /// Sets a leaf to a value that may be missing.
    pub(crate) fn set_some(&mut self, leaf: Leaf, value: Option<impl Into<Value<'a>>>) -> bool {
        value.is_some_and(|value| self.set(leaf, value))
    }

    /// Sets a leaf to the text of a member and says that the member was taken.
    #[inline]
    pub(crate) fn copy(&mut self, from: &str, to: Leaf) -> bool {
        self.copy_of(Name::of(from), to)
    }

    fn copy_of(&mut self, from: Name<'_>, to: Leaf) -> bool {
        let Some(member) = self.record.member_of(from) else {
            return false;
        };
        let done = member.text().is_some_and(|text| self.set(to, text));
        if done {
            member.take();
        }
        done
    }

    /// Sets a leaf to the integer of a member and says that the member was taken.
    pub(crate) fn copy_int(&mut self, from: &str, to: Leaf) -> bool {
        let done = self.record.int(from).is_some_and(|n| self.set(to, n));
        if done {
            self.record.take(from);
        }
        done
    }

    /// Sets an id and its caption.
    pub(crate) fn set_id(
        &mut self,
        id_leaf: Leaf,
        caption_leaf: Leaf,
        (id, caption): (u8, &'a str),
    ) {
        if self.set(id_leaf, id) {
            self.set(caption_leaf, caption);
        }
    }

    /// Adds an element to a list of objects; one that OCSF would not accept is left out, and false returned.
    pub(crate) fn element(&mut self, list: ListId, fill: impl FnOnce(&mut Self)) -> bool {
        if self.rules.allowed[LAYOUT.list(list).top] == Allowed::No {
            return false;
        }
        let start = self.ops.len();
        self.ops.push(Op::Begin(list));
        fill(self);
        let valid = LAYOUT.element_objects[usize::from(list.0)]
            .iter()
            .all(|o| self.element_is_valid(o, start));
        if !valid || self.ops.len() == start + 1 {
            self.drop_from(start);
            return false;
        }
        true
    }

    /// Forgets the steps from `start` on.
    fn drop_from(&mut self, start: usize) {
        for op in self.ops.drain(start..) {
            if let Op::Set { leaf, .. } = op {
                let first = &mut self.first_set[usize::from(leaf.0)];
                if usize::from(*first) > start {
                    *first = 0;
                }
            }
        }
    }

    fn element_is_valid(&self, object: &ObjectInfo, start: usize) -> bool {
        let has = |span: (u16, u16)| {
            self.ops[start..]
                .iter()
                .any(|op| matches!(op, Op::Set { leaf, .. } if (span.0..span.1).contains(&leaf.0)))
        };
        !has((object.first, object.end)) || is_valid(object, has)
    }

    /// The text set at a leaf outside lists.
    pub(crate) fn text(&self, wanted: Leaf) -> Option<&str> {
        match self.value(wanted)? {
            Value::Text(text) => Some(text.as_ref()),
            _ => None,
        }
    }

    /// The integer set at a leaf outside lists.
    pub(crate) fn int(&self, wanted: Leaf) -> Option<i64> {
        match self.value(wanted)? {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The first value set at a leaf.
    fn value(&self, wanted: Leaf) -> Option<&Value<'a>> {
        let number = usize::from(self.first_set[usize::from(wanted.0)]);
        match self.ops.get(number.checked_sub(1)?)? {
            Op::Set { leaf, value } if *leaf == wanted => Some(value),
            _ => None,
        }
    }

    /// Whether any attribute, in a list or not, holds this text.
    pub(crate) fn holds(&self, wanted: &str) -> bool {
        self.ops
            .iter()
            .any(|op| matches!(op, Op::Set { value: Value::Text(text), .. } if text == wanted))
    }

    /// Whether a leaf is set.
    pub(crate) fn has(&self, leaf: Leaf) -> bool {
        self.first_set[usize::from(leaf.0)] != 0
    }

    fn has_span(&self, (first, end): (u16, u16)) -> bool {
        let span = &self.first_set[usize::from(first)..usize::from(end)];
        span.iter().any(|first| *first != 0)
    }

    /// Removes objects that lack what OCSF demands of them.
    pub(crate) fn prune(&mut self) {
        for object in &self.rules.objects {
            let span = (object.first, object.end);
            if self.has_span(span) && !is_valid(object, |span| self.has_span(span)) {
                self.ops.retain(
                    |op| !matches!(op, Op::Set { leaf, .. } if (span.0..span.1).contains(&leaf.0)),
                );
                self.note_all();
            }
        }
    }

    fn note_all(&mut self) {
        self.first_set.fill(0);
        (1..=self.ops.len()).for_each(|number| self.note(number));
    }

    /// What the class demands and the event does not have: the first such attribute, of several that would do the first.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        let lacks = |demand: &&Demand| !self.has_top(demand.top);
        let required = self.rules.required.iter().find(lacks);
        let any_of = &self.rules.any_of;
        let choice = any_of.first().filter(|_| any_of.iter().all(|n| lacks(&n)));
        required.or(choice).map(|demand| demand.name)
    }

    /// Whether a top-level attribute is set.
    pub(crate) fn has_top(&self, top: Top) -> bool {
        self.has_span(LAYOUT.tops[top.0])
    }

    /// The profiles that the attributes set so far need, sorted.
    pub(crate) fn profiles(&self) -> Vec<&'static str> {
        let mut needed = [false; Profile::ALL.len()];
        for (profile, span) in &self.rules.profiles {
            let needed = &mut needed[*profile as usize];
            *needed = *needed || self.has_span(*span);
        }
        Profile::ALL
            .iter()
            .filter(|profile| needed[**profile as usize])
            .map(|profile| profile.name())
            .collect()
    }

    /// Whether the class must have the attribute that holds this leaf.
    pub(crate) fn requires(&self, name: &str) -> bool {
        self.class.required.contains(&name)
    }
}

fn is_valid(object: &ObjectInfo, has: impl Fn((u16, u16)) -> bool) -> bool {
    object.all_of.iter().all(|span| has(*span))
        && (object.any_of.is_empty() || object.any_of.iter().any(|span| has(*span)))
}

fn fits(takes: Takes, value: &Value<'_>) -> bool {
    match (takes, value) {
        (Takes::Int, Value::Int(n)) => i32::try_from(*n).is_ok(),
        (Takes::Long, Value::Int(_)) | (Takes::Bool, Value::Bool(_)) => true,
        (Takes::Text, Value::Text(text)) => !text.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class;
    use crate::schema::path::{at, list, top};

    fn with_event(class: &'static Class, act: impl FnOnce(&mut Event<'_, '_>)) {
        let record =
            Record::parse(r#"{"UserId":"alex@contoso.example","n":"x"}"#).expect("an object");
        let origin = Origin::default();
        act(&mut Event::new(&record, &origin, class, 1));
    }

    #[test]
    fn a_class_refuses_attributes_that_it_does_not_have() {
        with_event(&class::API_ACTIVITY, |event| {
            assert!(!event.set(at!("file.name"), "a.txt"));
        });
        with_event(&class::FILE_HOSTING, |event| {
            assert!(event.set(at!("file.name"), "a.txt"));
        });
    }

    #[test]
    fn the_first_value_wins_and_a_missing_member_is_not_taken() {
        with_event(&class::API_ACTIVITY, |event| {
            assert!(event.copy("UserId", at!("actor.user.name")));
            assert!(!event.copy("n", at!("actor.user.name")));
            assert_eq!(
                event.text(at!("actor.user.name")),
                Some("alex@contoso.example")
            );
            assert_eq!(event.record.unmapped().as_deref(), Some(r#"{"n":"x"}"#));
        });
    }

    #[test]
    fn invalid_objects_and_elements_are_left_out() {
        with_event(&class::FILE_HOSTING, |event| {
            event.set(at!("file.path"), "https://contoso.example/a");
            event.set(at!("file.name"), "a");
            event.prune();
            assert!(
                !event.has_top(top!("file")),
                "a file without a type is no OCSF file"
            );
        });
        with_event(&class::API_ACTIVITY, |event| {
            assert!(!event.element(list!("resources"), |e| {
                e.set(at!("resources.type"), "Mailbox");
            }));
            assert!(
                !event.has_top(top!("resources")),
                "an element that was left out is not there"
            );
            assert!(event.element(list!("resources"), |e| {
                e.set(at!("resources.uid"), "1");
            }));
        });
    }

    #[test]
    fn an_element_that_is_left_out_takes_nothing_from_the_one_before_it() {
        with_event(&class::API_ACTIVITY, |event| {
            let before = event.element(list!("resources"), |e| {
                e.set(at!("resources.uid"), "1");
                e.set(at!("resources.type"), "Mailbox");
            });
            let after = event.element(list!("resources"), |e| {
                e.set(at!("resources.type"), "Site");
            });
            assert!(before && !after);
            assert!(event.has(at!("resources.uid")) && event.has(at!("resources.type")));
            assert_eq!(event.text(at!("resources.type")), Some("Mailbox"));
        });
    }

    #[test]
    fn profiles_come_from_what_is_set_and_the_class() {
        with_event(&class::WEB_RESOURCES_ACTIVITY, |event| {
            event.set(at!("actor.user.name"), "alex");
            event.set(at!("cloud.provider"), "Microsoft 365");
            assert_eq!(event.profiles(), ["cloud", "host"]);
        });
        with_event(&class::API_ACTIVITY, |event| {
            event.set(at!("actor.user.name"), "alex");
            assert!(event.profiles().is_empty());
        });
    }
}
