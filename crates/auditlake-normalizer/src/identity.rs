//! Identity of a record: a 128-bit hash of all its members, whatever their order.
//!
//! The service repeats records, sometimes with their members in another order, and re-uses an `Id` for different
//! records; so the identity takes in every member (the `Id` among them) and ignores order in objects at every depth.
//! White space and the spelling of escapes do not count; arrays keep their order; numbers count to the last digit, and
//! `1` and `1.0` differ.
//! The hash is XXH3 (128 bits, seeds below) and is part of the stored form: it never changes.

use std::fmt;

use crate::record::{Record, elements, string};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use xxhash_rust::xxh3::xxh3_128_with_seed;

const TEXT: u64 = 1;
const INTEGER: u64 = 2;
const FLOAT: u64 = 3;
const WORD: u64 = 4;
const ARRAY: u64 = 5;
const MEMBER: u64 = 6;
const OBJECT: u64 = 7;
const BYTES: u64 = 8;

/// The identity of a record, of which `json` is the text, read in one go; none for what has to be looked at closer, or is
/// no record: then nothing is known, but otherwise it is valid JSON.
pub(crate) fn at_once(json: &str) -> Option<u128> {
    let is_object = json.trim_ascii_start().starts_with('{');
    let hash = is_object.then(|| serde_json::from_str::<Hash>(json).ok());
    hash.flatten().map(|Hash(hash)| hash)
}

/// The identity of a record, of which `json` is the text, member by member.
///
/// A record that cannot be read to the bottom (a lone surrogate in a string, nesting beyond 128 levels) is known by
/// its bytes instead.
pub(crate) fn of_record(record: &Record<'_>, json: &str) -> u128 {
    of_members(record, 0).unwrap_or_else(|| of_bytes(json.as_bytes()))
}

/// Levels of nesting that are followed.
const DEPTH: usize = 128;

/// The hash of a value that a record holds.
fn of_value(json: &str, depth: usize) -> Option<u128> {
    let at_once = || serde_json::from_str::<Hash>(json).ok();
    Some(match json.as_bytes().first()? {
        _ if depth > DEPTH => return None,
        b'"' => xxh3_128_with_seed(string(json)?.as_bytes(), TEXT),
        b'{' => match at_once() {
            Some(Hash(hash)) => hash,
            None => of_members(&Record::parse(json).ok()?, depth)?,
        },
        b'[' => match at_once() {
            Some(Hash(hash)) => hash,
            None => of_elements(&elements(json), depth)?,
        },
        b't' | b'f' | b'n' => xxh3_128_with_seed(json.as_bytes(), WORD),
        _ => of_number(json),
    })
}

fn of_members(record: &Record<'_>, depth: usize) -> Option<u128> {
    let mut sum = 0_u128;
    for member in record.members() {
        let key = xxh3_128_with_seed(member.key.as_bytes(), TEXT);
        sum = sum.wrapping_add(chain(key, of_value(member.value, depth + 1)?, MEMBER));
    }
    Some(chain(sum, record.members().len() as u128, OBJECT))
}

fn of_elements(elements: &[&str], depth: usize) -> Option<u128> {
    let mut hash = 0_u128;
    for element in elements {
        hash = chain(hash, of_value(element, depth + 1)?, ARRAY);
    }
    Some(chain(hash, elements.len() as u128, ARRAY))
}

/// Whole numbers by their value, others by their text: `1.5` and `1.50` differ.
fn of_number(text: &str) -> u128 {
    // Most are small, and read many times faster as such.
    let small = || text.parse::<i64>().ok().map(i128::from);
    match small().or_else(|| text.parse().ok()) {
        Some(whole) => xxh3_128_with_seed(&whole.to_le_bytes(), INTEGER),
        None => xxh3_128_with_seed(text.as_bytes(), FLOAT),
    }
}

/// The identity of something that is no record: of its bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> u128 {
    xxh3_128_with_seed(bytes, BYTES)
}

/// Hash of one JSON value, read in one go; an error for what has to be looked at closer, such as a number that no machine
/// type holds exactly.
struct Hash(u128);

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HashVisitor)
    }
}

struct HashVisitor;

impl HashVisitor {
    fn integer(n: i128) -> Hash {
        Hash(xxh3_128_with_seed(&n.to_le_bytes(), INTEGER))
    }

    fn word(word: &str) -> Hash {
        Hash(xxh3_128_with_seed(word.as_bytes(), WORD))
    }
}

impl<'de> Visitor<'de> for HashVisitor {
    type Value = Hash;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Hash, E> {
        Ok(Hash(xxh3_128_with_seed(text.as_bytes(), TEXT)))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Hash, E> {
        Ok(Self::integer(n.into()))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Hash, E> {
        Ok(Self::integer(n.into()))
    }

    /// A number that is rounded here is two numbers elsewhere: its text has to be looked at.
    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Hash, E> {
        Err(E::custom("no whole number of 64 bits"))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Hash, E> {
        Ok(Self::word(if yes { "true" } else { "false" }))
    }

    fn visit_unit<E>(self) -> Result<Hash, E> {
        Ok(Self::word("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Hash, A::Error> {
        let mut hash = 0_u128;
        let mut count = 0_u128;
        while let Some(Hash(element)) = elements.next_element()? {
            count += 1;
            hash = chain(hash, element, ARRAY);
        }
        Ok(Hash(chain(hash, count, ARRAY)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Hash, A::Error> {
        let mut sum = 0_u128;
        let mut count = 0_u128;
        while let Some((Hash(key), Hash(value))) = members.next_entry()? {
            count += 1;
            sum = sum.wrapping_add(chain(key, value, MEMBER));
        }
        Ok(Hash(chain(sum, count, OBJECT)))
    }
}

fn chain(a: u128, b: u128, seed: u64) -> u128 {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&a.to_le_bytes());
    bytes[16..].copy_from_slice(&b.to_le_bytes());
    xxh3_128_with_seed(&bytes, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> u128 {
        let record = Record::parse(json).expect("an object");
        of_record(&record, json)
    }

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(of(a), of(b), "{a} and {b}");
    }

    #[track_caller]
    fn differ(a: &str, b: &str) {
        assert_ne!(of(a), of(b), "{a} and {b}");
    }

    #[test]
    fn order_space_and_escapes_do_not_count() {
        same(
            r#"{"Id":"1","b":{"x":1,"y":2}}"#,
            r#"{ "b": {"y":2, "x":1}, "Id":"1"}"#,
        );
        same(r#"{"u":"https:\/\/a"}"#, r#"{"u":"https://a"}"#);
        same(r#"{"u":"\u00e9"}"#, r#"{"u":"é"}"#);
    }

    #[test]
    fn everything_else_counts() {
        differ(r#"{"Id":"1","o":"Match"}"#, r#"{"Id":"1","o":"Undo"}"#);
        differ(r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#);
        differ(r#"{"a":"1"}"#, r#"{"a":1}"#);
        differ(r#"{"a":null}"#, "{}");
        differ(r#"{"a":[]}"#, r#"{"a":{}}"#);
        differ(r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#);
        differ(r#"{"a":[[1],2]}"#, r#"{"a":[1,[2]]}"#);
    }

    #[test]
    fn numbers_that_no_machine_type_holds_count_to_the_last_digit() {
        for (a, b) in [
            (
                "123456789012345678901234567890",
                "123456789012345678901234567891",
            ),
            ("18446744073709551616", "18446744073709551617"),
            ("-9223372036854775809", "-9223372036854775810"),
            ("0.1", "0.1000000000000000055511151231257827"),
            ("1e400", "1e401"),
        ] {
            differ(&format!(r#"{{"n":{a}}}"#), &format!(r#"{{"n":{b}}}"#));
            same(
                &format!(r#"{{"n":{a},"x":[true,"\u00e9",{{}}]}}"#),
                &format!(r#"{{"x":[true, "é",{{ }}],"n":{a}}}"#),
            );
        }
    }

    #[test]
    fn both_ways_to_the_hash_agree() {
        let at_once = |json: &str| serde_json::from_str::<Hash>(json).ok().map(|hash| hash.0);
        for json in [
            r#"{"a":[1,-2,"x\/y",null,true,{"b":{}}],"c":18446744073709551615}"#,
            "{}",
        ] {
            let record = Record::parse(json).unwrap();
            assert_eq!(of_members(&record, 0), at_once(json), "{json}");
        }
        for json in [r#"[1,[],{"a":"b"},"\u00e9"]"#, "[]"] {
            assert_eq!(of_elements(&elements(json), 0), at_once(json), "{json}");
        }
        for json in ["\"\"", "7", "-9223372036854775808", "null"] {
            assert_eq!(of_value(json, 0), at_once(json), "{json}");
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_to_the_bottom_is_known_by_its_bytes() {
        let odd = r#"{"a":"\ud800"}"#;
        assert_eq!(of(odd), of_bytes(odd.as_bytes()));
    }

    #[test]
    fn stored_identities_stay_what_they_are() {
        let record = r#"{"Id":"7d5d1c1e","Operation":"UserLoggedIn","RecordType":15,"ok":true,"r":1.5,"l":[null,"x"]}"#;
        insta::assert_snapshot!(format!("{:032x}", of(record)), @"d47a4e33839fc0f1c315bebfdace4651");
    }
}
