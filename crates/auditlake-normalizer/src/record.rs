//! One audit record, taken apart no deeper than its members: values stay slices of the record's bytes, and are taken
//! apart in turn when somebody asks, once.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One member of the record.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    pub(crate) key: Cow<'a, str>,
    /// The value's JSON text.
    pub(crate) value: &'a str,
    /// Whether a column took it.
    taken: Cell<bool>,
    /// The text of the value, if it is a scalar.
    text: OnceCell<Option<Cow<'a, str>>>,
    /// What the value holds, once somebody has asked.
    inner: OnceCell<Box<Inner<'a>>>,
}

/// The objects of a value.
#[derive(Debug, Default)]
struct Inner<'a> {
    /// The object that the value is.
    object: OnceCell<Option<Record<'a>>>,
    /// The objects that the value holds.
    objects: OnceCell<Vec<Record<'a>>>,
}

/// The members of one record (or of an object within it), in their order; a clone is the same record.
#[derive(Debug, Default, Clone)]
pub(crate) struct Record<'a>(Rc<Members<'a>>);

#[derive(Debug, Default)]
struct Members<'a> {
    list: Vec<Member<'a>>,
    names: Names,
}

/// Where the member of a name is, if anywhere: most names that are asked for are not there, and need no search.
#[derive(Debug)]
struct Names([u8; Self::BUCKETS]);

/// What a bucket says.
enum Place {
    Nowhere,
    /// At this index, if its name is the one.
    At(usize),
    /// Somewhere: several names share the bucket.
    Somewhere,
}

impl Names {
    const BUCKETS: usize = 128;
    /// Buckets hold an index from 1; this one says that it is not known.
    const SHARED: u8 = u8::MAX;

    fn add(&mut self, name: &str, index: usize) {
        let bucket = &mut self.0[Self::bucket(name)];
        *bucket = match (*bucket, u8::try_from(index + 1)) {
            (0, Ok(place)) => place,
            _ => Self::SHARED,
        };
    }

    fn place(&self, name: &str) -> Place {
        match self.0[Self::bucket(name)] {
            0 => Place::Nowhere,
            Self::SHARED => Place::Somewhere,
            place => Place::At(usize::from(place) - 1),
        }
    }

    /// By length, first and last letter, whatever their case.
    fn bucket(name: &str) -> usize {
        let lower = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(byte | 0x20));
        let bytes = name.as_bytes();
        let mixed = bytes.len() * 11 + lower(bytes.first()) * 5 + lower(bytes.last());
        mixed % Self::BUCKETS
    }
}

impl Default for Names {
    fn default() -> Self {
        Self([0; Self::BUCKETS])
    }
}

impl<'a> Member<'a> {
    fn inner(&self) -> &Inner<'a> {
        self.inner.get_or_init(Box::default)
    }
}

impl<'a> Record<'a> {
    /// Takes the JSON text of an object apart.
    pub(crate) fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The members, in their order.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        &self.0.list
    }

    fn member(&self, name: &str) -> Option<&Member<'a>> {
        self.find(name).map(|n| &self.0.list[n])
    }

    /// The JSON text of a member. Names are compared without regard to case: Microsoft's tables and records differ in it.
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

    /// The number of the member with this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let is = |m: &Member<'_>| m.key.len() == name.len() && m.key.eq_ignore_ascii_case(name);
        match self.0.names.place(name) {
            Place::Nowhere => None,
            Place::At(index) => is(&self.0.list[index]).then_some(index),
            Place::Somewhere => self.0.list.iter().position(is),
        }
    }

    /// The scalar text of a member: a string, number or boolean; none for null, empty, or another shape.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        let member = self.member(name)?;
        member.text.get_or_init(|| scalar(member.value)).clone()
    }

    /// The integer of a member, whether sent as a number or as text.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// The members of a member that is an object, or of an object inside a string.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        let member = self.member(name)?;
        let parse = || Self::parse(member.value).ok();
        member.inner().object.get_or_init(parse).clone()
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
        self.raw(name).map(elements).unwrap_or_default()
    }

    /// The objects among the elements of a member that is an array; a single object counts as an array of one.
    pub(crate) fn objects(&self, name: &str) -> Vec<Self> {
        self.objects_of(name).to_vec()
    }

    fn objects_of(&self, name: &str) -> &[Self] {
        let Some(member) = self.member(name) else {
            return &[];
        };
        let inner = member.inner();
        inner.objects.get_or_init(|| objects(member.value))
    }

    /// The objects of a member that holds nothing else.
    pub(crate) fn only_objects(&self, name: &str) -> Option<Vec<Self>> {
        let raw = self.raw(name)?;
        let objects = self.objects(name);
        let is_all = raw.starts_with('{') || elements(raw).len() == objects.len();
        (is_all && !objects.is_empty()).then_some(objects)
    }

    /// The value of `{"Name": name, "Value": …}` in a member that is a list of such pairs.
    pub(crate) fn named(&self, list: &str, name: &str) -> Option<Cow<'a, str>> {
        self.objects_of(list)
            .iter()
            .find(|pair| {
                pair.text("Name")
                    .is_some_and(|n| n.eq_ignore_ascii_case(name))
            })
            .and_then(|pair| pair.text("Value"))
    }

    /// Says that a column took a member whole.
    pub(crate) fn take(&self, name: &str) {
        if let Some(member) = self.member(name) {
            member.taken.set(true);
        }
    }

    /// Whether a column took a member.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.member(name).is_some_and(|member| member.taken.get())
    }

    /// Says that columns took those of these members that are scalars.
    pub(crate) fn take_scalars(&self, names: &[&str]) {
        for name in names.iter().filter(|name| self.text(name).is_some()) {
            self.take(name);
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
        for member in self.members() {
            member.taken.set(false);
            let Some(inner) = member.inner.get() else {
                continue;
            };
            let object = inner.object.get().into_iter().flatten();
            let objects = inner.objects.get().into_iter().flatten();
            object.chain(objects).for_each(Self::give_back_all);
        }
    }

    /// The members that no column took, as a JSON object; none when there is none. Nulls, empty text and empty lists say nothing.
    pub(crate) fn unmapped(&self) -> Option<String> {
        let mut left = self
            .members()
            .iter()
            .filter(|m| !m.taken.get() && !is_silent(m.value))
            .peekable();
        left.peek()?;
        let mut json = String::from("{");
        for member in left {
            if json.len() > 1 {
                json.push(',');
            }
            push_json_text(&mut json, &member.key);
            json.push(':');
            json.push_str(member.value);
        }
        json.push('}');
        Some(json)
    }
}

fn push_json_text(json: &mut String, text: &str) {
    match serde_json::to_string(text) {
        Ok(quoted) => json.push_str(&quoted),
        Err(_) => json.push_str("\"\""),
    }
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor { room: 32 })
    }
}

struct MembersVisitor {
    /// Members to make room for at first.
    room: usize,
}

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Record<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
        let mut list = Vec::with_capacity(self.room);
        let mut names = Names::default();
        while let Some(Key(key)) = map.next_key()? {
            let value: &'de RawValue = map.next_value()?;
            names.add(&key, list.len());
            list.push(Member {
                key,
                value: value.get(),
                taken: Cell::new(false),
                text: OnceCell::new(),
                inner: OnceCell::new(),
            });
        }
        Ok(Record(Rc::new(Members { list, names })))
    }
}

/// A key, borrowed where it has no escapes. Half a character (a lone surrogate) in it is U+FFFD: the record has its bytes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Cow<'de, str>, E> {
                let whole = std::str::from_utf8(bytes).map(Cow::Borrowed);
                Ok(whole.unwrap_or_else(|_| String::from_utf8_lossy(bytes)))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Cow<'de, str>, E> {
                Ok(Cow::Owned(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes).map(Key)
    }
}

/// Text of a JSON string, number or boolean; none for null, the empty string, arrays, objects and unreadable strings.
pub(crate) fn scalar(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => string(raw).filter(|text| !text.is_empty()),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// Text of a JSON string.
pub(crate) fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(raw).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// The objects of an array, or the one that the text is.
fn objects(raw: &str) -> Vec<Record<'_>> {
    if raw.starts_with('{') {
        return Record::parse(raw).into_iter().collect();
    }
    let at_once = serde_json::from_str::<Vec<Element<'_>>>(raw);
    at_once.map_or_else(
        |_| one_by_one(raw),
        |elements| elements.into_iter().filter_map(|Element(it)| it).collect(),
    )
}

/// For arrays with an element that cannot be read, such as a text with half a character.
fn one_by_one(raw: &str) -> Vec<Record<'_>> {
    let parse = |element| Record::parse(element).ok();
    elements(raw).into_iter().filter_map(parse).collect()
}

/// An element of an array, if it is an object.
struct Element<'a>(Option<Record<'a>>);

impl<'de> Deserialize<'de> for Element<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Element<'de>, A::Error> {
        MembersVisitor { room: 4 }
            .visit_map(map)
            .map(|record| Element(Some(record)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Element<'de>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Element(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Element<'de>, E> {
        Ok(Element(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Element<'de>, E> {
        Ok(Element(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Element<'de>, E> {
        Ok(Element(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Element<'de>, E> {
        Ok(Element(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Element<'de>, E> {
        Ok(Element(None))
    }

    fn visit_unit<E>(self) -> Result<Element<'de>, E> {
        Ok(Element(None))
    }
}

/// The elements of a JSON array, as JSON text; none when it is not one.
pub(crate) fn elements(raw: &str) -> Vec<&str> {
    serde_json::from_str::<Vec<&RawValue>>(raw)
        .map(|values| values.into_iter().map(RawValue::get).collect())
        .unwrap_or_default()
}

/// Whether a value says nothing.
pub(crate) fn is_silent(raw: &str) -> bool {
    matches!(raw, "null" | "\"\"" | "[]" | "{}")
}

/// Reads `true`, `False`, `1`, `0`.
pub(crate) fn as_bool(text: &str) -> Option<bool> {
    match text.trim() {
        t if t.eq_ignore_ascii_case("true") || t == "1" => Some(true),
        t if t.eq_ignore_ascii_case("false") || t == "0" => Some(false),
        _ => None,
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
