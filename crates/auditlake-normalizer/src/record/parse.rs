//! Taking objects and arrays of objects apart, no deeper than their members.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::names::Names;
use super::value::elements;
use super::{Member, Members, Record};

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

/// The objects of an array, or the one that the text is.
pub(super) fn objects(raw: &str) -> Vec<Record<'_>> {
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
