//! One audit record, taken apart no deeper than its members: values stay slices of the record's bytes, and are taken
//! apart in turn when somebody asks, once. Where the values within them are is known of a record that was read in one go.

mod member;
mod names;
mod parse;
mod read;
mod value;

use std::borrow::Cow;
use std::rc::Rc;

use serde::de::IgnoredAny;

pub(crate) use member::{Member, Pair};
pub(crate) use names::Name;
use names::{Names, is_same};
use read::siblings;
pub(crate) use read::{Node, read};
pub(crate) use value::{as_bool, elements, is_silent, scalar, special, string};

/// The members of one record (or of an object within it), in their order; a clone is the same record.
#[derive(Debug, Default, Clone)]
pub(crate) struct Record<'a>(Rc<Members<'a>>);

#[derive(Debug, Default)]
struct Members<'a> {
    list: Vec<Member<'a>>,
    /// Where its names are, if it has many.
    names: Option<Names>,
}

impl<'a> Record<'a> {
    /// Reads the JSON text of an object, and takes it apart.
    pub(crate) fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The record that was read as these nodes.
    pub(crate) fn of(nodes: &'a [Node<'a>]) -> Self {
        siblings(nodes)
            .next()
            .map(|(_, within)| Self::of_nodes(within))
            .unwrap_or_default()
    }

    fn of_nodes(members: &'a [Node<'a>]) -> Self {
        let mut list = Vec::with_capacity(siblings(members).count());
        list.extend(siblings(members).map(|(node, within)| Member::of_node(node, within)));
        Self::of_members(list)
    }

    fn of_members(list: Vec<Member<'a>>) -> Self {
        let names = Names::of(&list);
        Self(Rc::new(Members { list, names }))
    }

    /// The members, in their order.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        &self.0.list
    }

    #[inline]
    fn member(&self, name: &str) -> Option<&Member<'a>> {
        self.member_of(Name::of(name))
    }

    /// The member of a name; see [`Self::raw`].
    pub(crate) fn member_of(&self, name: Name<'_>) -> Option<&Member<'a>> {
        let list = &self.0.list;
        match &self.0.names {
            Some(names) => names.find(list, name).and_then(|n| list.get(n)),
            None => list.iter().find(|m| is_same(&m.key, name.text)),
        }
    }

    /// The JSON text of a member. Names are compared without regard to case: Microsoft's tables and records differ in it.
    #[inline]
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.member(name).map(|member| member.value)
    }

    /// Whether all members that say something are among these.
    pub(crate) fn has_only(&self, names: &[&str]) -> bool {
        let known = |m: &Member<'_>| names.iter().any(|name| m.key.eq_ignore_ascii_case(name));
        self.members()
            .iter()
            .all(|m| known(m) || is_silent(m.value))
    }

    /// Whether all that it says are scalars, in these members.
    pub(crate) fn has_only_scalars(&self, names: &[&str]) -> bool {
        let is_scalar = |m: &Member<'_>| scalar(m.value).is_some() || is_silent(m.value);
        self.has_only(names) && self.members().iter().all(is_scalar)
    }

    /// The scalar text of a member: a string, number or boolean; none for null, empty, or another shape.
    #[inline]
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.text_of(Name::of(name))
    }

    fn text_of(&self, name: Name<'_>) -> Option<Cow<'a, str>> {
        self.member_of(name)?.text()
    }

    /// The integer of a member, whether sent as a number or as text.
    #[inline]
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.int_of(Name::of(name))
    }

    fn int_of(&self, name: Name<'_>) -> Option<i64> {
        self.text_of(name)?.trim().parse().ok()
    }

    /// The members of a member that is an object, or of an object inside a string.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        self.member(name)?.object()
    }

    /// The JSON of a member that is an object or an array, or that is one inside a string.
    pub(crate) fn json(&self, name: &str) -> Option<Cow<'a, str>> {
        let raw = self.raw(name)?;
        let is_nested = |text: &str| text.starts_with(['{', '[']) && !is_silent(text);
        if is_nested(raw) {
            return Some(Cow::Borrowed(raw));
        }
        let text = string(raw).filter(|text| is_nested(text.trim()))?;
        let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        is_json.then_some(text)
    }

    /// The elements of a member that is an array.
    pub(crate) fn array(&self, name: &str) -> Vec<&'a str> {
        self.member(name).map(Member::elements).unwrap_or_default()
    }

    /// The objects among the elements of a member that is an array; a single object counts as an array of one.
    pub(crate) fn objects(&self, name: &str) -> Vec<Self> {
        let member = self.member(name);
        member.map_or_else(Vec::new, |member| member.objects().to_vec())
    }

    /// The objects of a member that holds nothing else.
    pub(crate) fn only_objects(&self, name: &str) -> Option<Vec<Self>> {
        let member = self.member(name)?;
        let objects = member.objects().to_vec();
        let is_all = member.value.starts_with('{') || member.elements().len() == objects.len();
        (is_all && !objects.is_empty()).then_some(objects)
    }

    /// The value of `{"Name": name, "Value": …}` in a member that is a list of such pairs.
    pub(crate) fn named(&self, list: &str, name: &str) -> Option<Cow<'a, str>> {
        let mut pairs = self.pairs(list).iter();
        let pair = pairs.find(|pair| is_same(&pair.name, name))?;
        pair.value.clone()
    }

    /// The pairs `{"Name": …, "Value": …}` of a member that is a list of such.
    pub(crate) fn pairs(&self, list: &str) -> &[Pair<'a>] {
        self.member(list).map_or(&[], Member::pairs)
    }

    /// Says that a column took a member whole.
    #[inline]
    pub(crate) fn take(&self, name: &str) {
        self.take_of(Name::of(name));
    }

    fn take_of(&self, name: Name<'_>) {
        if let Some(member) = self.member_of(name) {
            member.take();
        }
    }

    /// Whether a column took a member.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.member(name).is_some_and(|member| member.taken.get())
    }

    /// Says that columns took those of these members that are scalars.
    pub(crate) fn take_scalars(&self, names: &[&str]) {
        for member in names.iter().filter_map(|name| self.member(name)) {
            if member.text().is_some() {
                member.take();
            }
        }
    }

    /// Takes back what [`Self::take`] said of a member.
    pub(crate) fn give_back(&self, name: &str) {
        if let Some(member) = self.member(name) {
            member.taken.set(false);
        }
    }

    /// Takes back what [`Self::take`] said, of all members and of theirs.
    pub(crate) fn give_back_all(&self) {
        self.members().iter().for_each(Member::give_back);
    }

    /// The members that no column took, as a JSON object; none when there is none. Nulls, empty text and empty lists say nothing.
    pub(crate) fn unmapped(&self) -> Option<String> {
        let mut left = self
            .members()
            .iter()
            .filter(|m| !m.taken.get() && !is_silent(m.value))
            .peekable();
        left.peek()?;
        let bytes = left.clone().map(|m| m.key.len() + m.value.len() + 4);
        let mut json = String::with_capacity(bytes.sum::<usize>() + 1);
        for member in left {
            json.push(if json.is_empty() { '{' } else { ',' });
            push_json_text(&mut json, &member.key);
            json.push(':');
            json.push_str(member.value);
        }
        json.push('}');
        Some(json)
    }
}

fn push_json_text(json: &mut String, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        json.push('"');
        json.push_str(text);
        return json.push('"');
    }
    match serde_json::to_string(text) {
        Ok(quoted) => json.push_str(&quoted),
        Err(_) => json.push_str("\"\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Record<'_> {
        Record::parse(text).expect("test records are objects")
    }

    #[test]
    fn objects_are_found_among_whatever_else() {
        let record = parse(
            r#"{"l":[{"n":1},7,-7,0.5,"x",null,true,[{"n":9}],{"n":2}],"half":["\ud800",{"n":3}],"one":{"n":4},"no":"[]"}"#,
        );
        let numbers = |name: &str| -> Vec<_> {
            let objects = record.objects(name).into_iter();
            objects.filter_map(|object| object.int("n")).collect()
        };
        assert_eq!(numbers("l"), [1, 2]);
        assert_eq!(numbers("half"), [3]);
        assert_eq!(numbers("one"), [4]);
        assert!(numbers("no").is_empty() && numbers("missing").is_empty());
    }

    #[test]
    fn scalars_are_read_whatever_their_type() {
        let record = parse(
            r#"{"a":"x","b":7,"c":"7","d":true,"e":"False","f":null,"g":"","h":[1],"i":"a\u00e9\/b"}"#,
        );
        assert_eq!(record.text("A").as_deref(), Some("x"));
        assert_eq!((record.int("b"), record.int("c")), (Some(7), Some(7)));
        let bool = |name: &str| record.text(name).as_deref().and_then(as_bool);
        assert_eq!((bool("d"), bool("e")), (Some(true), Some(false)));
        for none in ["f", "g", "h", "missing"] {
            assert_eq!(record.text(none), None, "{none}");
        }
        assert_eq!(record.text("i").as_deref(), Some("aé/b"));
    }

    #[test]
    fn a_lone_surrogate_is_unreadable_but_kept() {
        let record = parse(r#"{"a":"\ud800"}"#);
        assert_eq!(record.text("a"), None);
        assert_eq!(record.unmapped().as_deref(), Some(r#"{"a":"\ud800"}"#));
    }

    #[test]
    fn json_is_found_inside_strings_too() {
        let record = parse(
            r#"{"a":{"x": 1},"b":"{\"x\":1}","c":"[1]","d":"{x","e":"x","f":{},"g":7,"h":"{}"}"#,
        );
        for (name, expected) in [
            ("a", Some(r#"{"x": 1}"#)),
            ("b", Some(r#"{"x":1}"#)),
            ("c", Some("[1]")),
            ("d", None),
            ("e", None),
            ("f", None),
            ("g", None),
            ("h", None),
        ] {
            assert_eq!(record.json(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn half_a_character_in_a_name_spoils_no_record() {
        let record = parse(r#"{"\udc00k":1,"b\u00e9":2}"#);
        assert_eq!(record.members().len(), 2);
        assert_eq!(record.int("bé"), Some(2));
    }

    #[test]
    fn unmapped_is_what_was_not_taken_in_its_own_words() {
        let record = parse(r#"{"a":1,"b \"q\"":{"x": [1,  2]},"c":null,"d":"","e":[],"f":{}}"#);
        record.take("A");
        assert_eq!(
            record.unmapped().as_deref(),
            Some(r#"{"b \"q\"":{"x": [1,  2]}}"#)
        );
        record.take("b \"q\"");
        assert_eq!(record.unmapped(), None);
    }

    #[test]
    fn only_what_columns_can_hold_is_taken() {
        let record =
            parse(r#"{"a":1,"b":[{"x":1},{"x":2}],"c":[{"x":1},"odd"],"d":{"x":1},"e":"odd"}"#);
        record.take_scalars(&["a", "b", "missing"]);
        let count = |name: &str| record.only_objects(name).map(|objects| objects.len());
        assert_eq!((count("b"), count("d")), (Some(2), Some(1)));
        assert_eq!((count("c"), count("e"), count("f")), (None, None, None));
        let left = record.unmapped().unwrap_or_default();
        assert!(
            !left.contains(r#""a""#) && left.contains(r#""b""#),
            "{left}"
        );
    }

    #[test]
    fn objects_of_scalars_alone_are_known() {
        for (json, expected) in [
            (r#"{"Id":"1","Path":null}"#, true),
            (r#"{"Id":["1"]}"#, false),
            (r#"{"Id":"1","Other":2}"#, false),
        ] {
            assert_eq!(
                parse(json).has_only_scalars(&["Id", "Path"]),
                expected,
                "{json}"
            );
        }
    }

    #[test]
    fn named_values_are_found_in_pair_lists() {
        let record = parse(r#"{"P":[{"Name":"A","Value":"1"},"odd",{"Name":"B","Value":["x"]}]}"#);
        assert_eq!(record.named("P", "a").as_deref(), Some("1"));
        assert_eq!(record.named("P", "B"), None);
    }
}
