//! Identity of a record: a 128-bit hash of all its members, whatever their order.
//!
//! The service repeats records, sometimes with their members in another order, and re-uses an `Id` for different
//! records; so the identity takes in every member (the `Id` among them) and ignores order in objects at every depth.
//! White space and the spelling of escapes do not count; arrays keep their order; numbers count to the last digit, and
//! `1` and `1.0` differ. What Microsoft Graph's audit search adds to a record does not count, so that a record is the same
//! from wherever it comes: members such as `@odata.type` and `Files@odata.type`, which are about the answer, and the `Z`
//! behind the record's own `CreationTime`, which the feed leaves out.
//! The hash is XXH3 (128 bits, seeds below) and is part of the stored form: it never changes.

use crate::record::{Record, elements, string};
use memchr::memchr;
use xxhash_rust::xxh3::xxh3_128_with_seed;

const TEXT: u64 = 1;
const INTEGER: u64 = 2;
const FLOAT: u64 = 3;
const WORD: u64 = 4;
const ARRAY: u64 = 5;
const MEMBER: u64 = 6;
const OBJECT: u64 = 7;
const BYTES: u64 = 8;

/// The identity of a record, of which `json` is the text, member by member.
///
/// A record that cannot be read to the bottom (a lone surrogate in a string, nesting beyond 128 levels) is known by
/// its bytes instead.
pub(crate) fn of_record(record: &Record<'_>, json: &str) -> u128 {
    of_members(record, 0).unwrap_or_else(|| of_bytes(json.as_bytes()))
}

/// Levels of nesting that are followed.
pub(crate) const DEPTH: usize = 128;

/// The hash of a value that a record holds, in a member of this name.
fn of_value(name: &str, json: &str, depth: usize) -> Option<u128> {
    Some(match json.as_bytes().first()? {
        _ if depth > DEPTH => return None,
        b'"' => of_string(name, &string(json)?, depth),
        b'{' => of_members(&Record::parse(json).ok()?, depth)?,
        b'[' => of_elements(&elements(json), depth)?,
        b't' | b'f' | b'n' => of_word(json),
        _ => of_number(json),
    })
}

fn of_members(record: &Record<'_>, depth: usize) -> Option<u128> {
    let mut members = Members::default();
    for member in record.members() {
        members.add(&member.key, of_value(&member.key, member.value, depth + 1)?);
    }
    Some(members.hash())
}

fn of_elements(texts: &[&str], depth: usize) -> Option<u128> {
    let mut elements = Elements::default();
    for text in texts {
        elements.add(of_value("", text, depth + 1)?);
    }
    Some(elements.hash())
}

/// The hash of an object in the making, whatever the order of its members.
#[derive(Debug, Default)]
pub(crate) struct Members {
    sum: u128,
    count: usize,
}

impl Members {
    pub(crate) fn add(&mut self, name: &str, value: u128) {
        if is_added(name) {
            return;
        }
        let name = of_text(name);
        self.sum = self.sum.wrapping_add(chain(name, value, MEMBER));
        self.count += 1;
    }

    pub(crate) fn hash(&self) -> u128 {
        chain(self.sum, self.count as u128, OBJECT)
    }
}

/// Whether a member is control information of `OData`, or an annotation by it: `@odata.type`, `Files@odata.type`.
///
/// Source: `OData` JSON Format 4.01, "Control Information" and "Instance Annotations".
fn is_added(name: &str) -> bool {
    let from = memchr(b'@', name.as_bytes());
    let annotation = from.and_then(|from| name.get(from..));
    annotation.is_some_and(|it| it.starts_with("@odata."))
}

/// The hash of an array in the making.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    hash: u128,
    count: usize,
}

impl Elements {
    pub(crate) fn add(&mut self, element: u128) {
        self.hash = chain(self.hash, element, ARRAY);
        self.count += 1;
    }

    pub(crate) fn hash(&self) -> u128 {
        chain(self.hash, self.count as u128, ARRAY)
    }
}

/// The hash of a string in a member of this name, at this depth: the record's own members are at 1.
pub(crate) fn of_string(name: &str, text: &str, depth: usize) -> u128 {
    let is_own_time = depth == 1 && name == "CreationTime";
    let utc = text.strip_suffix('Z').filter(|_| is_own_time);
    of_text(utc.unwrap_or(text))
}

/// The hash of what a text says.
pub(crate) fn of_text(text: &str) -> u128 {
    xxh3_128_with_seed(text.as_bytes(), TEXT)
}

/// The hash of `true`, `false` or `null`.
pub(crate) fn of_word(word: &str) -> u128 {
    xxh3_128_with_seed(word.as_bytes(), WORD)
}

/// Whole numbers by their value, others by their text: `1.5` and `1.50` differ.
pub(crate) fn of_number(text: &str) -> u128 {
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

/// An identity as events show it: 32 hexadecimal digits.
pub(crate) fn shown(identity: u128) -> String {
    let halves = |byte: u8| [byte >> 4, byte & 15];
    let digits = identity.to_be_bytes().into_iter().flat_map(halves);
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    digits.map(digit).collect()
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
    fn what_microsoft_graph_adds_does_not_count() {
        same(
            r##"{"@odata.type":"#microsoft.graph.security.defaultAuditData","Id":"1","l@odata.type":"#Collection(String)","l":["x"]}"##,
            r#"{"Id":"1","l":["x"]}"#,
        );
        same(r#"{"a":{"@odata.type":"x"}}"#, r#"{"a":{}}"#);
        same(
            r#"{"CreationTime":"2026-05-04T10:12:33Z"}"#,
            r#"{"CreationTime":"2026-05-04T10:12:33"}"#,
        );
        differ(
            r#"{"a":{"CreationTime":"1Z"}}"#,
            r#"{"a":{"CreationTime":"1"}}"#,
        );
        differ(r#"{"Time":"1Z"}"#, r#"{"Time":"1"}"#);
        for own in [
            "@odata",
            "odata.type",
            "a@b",
            "@ODATA.type",
            "a@b@odata.type",
        ] {
            differ(&format!(r#"{{"{own}":1}}"#), "{}");
        }
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
    fn a_record_that_cannot_be_read_to_the_bottom_is_known_by_its_bytes() {
        let odd = r#"{"a":"\ud800"}"#;
        assert_eq!(of(odd), of_bytes(odd.as_bytes()));
    }

    #[test]
    fn an_identity_is_shown_with_all_its_digits() {
        for identity in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef << 60] {
            assert_eq!(shown(identity), format!("{identity:032x}"));
        }
    }

    #[test]
    fn stored_identities_stay_what_they_are() {
        let record = r#"{"Id":"7d5d1c1e","Operation":"UserLoggedIn","RecordType":15,"ok":true,"r":1.5,"l":[null,"x"]}"#;
        insta::assert_snapshot!(format!("{:032x}", of(record)), @"d47a4e33839fc0f1c315bebfdace4651");
    }
}
