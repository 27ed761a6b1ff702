//! Reading a record in one go: whether it is JSON, what it is known by, and where its values are.
//!
//! What is odd in any way is left to the reader of `serde_json`: this one says of nothing that it is no record, it only
//! says that it has not read it.

use std::borrow::Cow;

use super::value::{special, string};
use crate::identity::{self, DEPTH};

/// One value of a record; those within it follow it in the list.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// The name of the member that it is; an element of an array has none.
    pub(super) key: &'a str,
    /// Its JSON text.
    pub(super) value: &'a str,
    /// What a scalar says; null and the empty string say nothing.
    pub(super) text: Option<Cow<'a, str>>,
    /// How many of the nodes that follow are within it, at whatever depth.
    within: usize,
}

impl<'a> Node<'a> {
    fn new(key: &'a str, value: &'a str, text: Option<Cow<'a, str>>) -> Self {
        Self {
            key,
            value,
            text,
            within: 0,
        }
    }
}

/// The values that these nodes are, each with the nodes that are within it.
pub(super) fn siblings<'a>(
    mut nodes: &'a [Node<'a>],
) -> impl Iterator<Item = (&'a Node<'a>, &'a [Node<'a>])> {
    std::iter::from_fn(move || {
        let (node, rest) = nodes.split_first()?;
        let (within, rest) = rest.split_at_checked(node.within)?;
        nodes = rest;
        Some((node, within))
    })
}

/// The identity of a record, whose values are added to `nodes`, itself first; none for what has to be looked at closer.
pub(crate) fn read<'a>(text: &'a str, nodes: &mut Vec<Node<'a>>) -> Option<u128> {
    let mut reader = Reader { text, at: 0, nodes };
    let is_object = reader.peek_mark()? == b'{';
    let identity = is_object.then(|| reader.value("", 0)).flatten()?;
    let is_all = reader.peek_mark().is_none();
    is_all.then_some(identity)
}

/// A place in a text.
struct Reader<'a, 'n> {
    text: &'a str,
    at: usize,
    nodes: &'n mut Vec<Node<'a>>,
}

impl<'a> Reader<'a, '_> {
    /// Reads the value that is next; the hash of it.
    fn value(&mut self, key: &'a str, depth: usize) -> Option<u128> {
        let mark = self.peek_mark()?;
        let start = self.at;
        match mark {
            _ if depth > DEPTH => None,
            b'"' => self.text_value(key, depth),
            b'{' => self.nested(key, |reader| reader.members(depth + 1)),
            b'[' => self.nested(key, |reader| reader.elements(depth + 1)),
            b'n' => {
                self.word("null")?;
                self.nodes.push(Node::new(key, self.since(start)?, None));
                Some(identity::of_word("null"))
            }
            b't' => self
                .word("true")
                .and_then(|()| self.bare(key, start, identity::of_word)),
            b'f' => self
                .word("false")
                .and_then(|()| self.bare(key, start, identity::of_word)),
            _ => self
                .number()
                .and_then(|()| self.bare(key, start, identity::of_number)),
        }
    }

    /// The number or boolean that began at `start`.
    fn bare(&mut self, key: &'a str, start: usize, hash: fn(&str) -> u128) -> Option<u128> {
        let value = self.since(start)?;
        self.nodes
            .push(Node::new(key, value, Some(Cow::Borrowed(value))));
        Some(hash(value))
    }

    fn text_value(&mut self, key: &'a str, depth: usize) -> Option<u128> {
        let start = self.at;
        let text = self.string()?;
        let hash = identity::of_string(key, &text, depth);
        let text = Some(text).filter(|text| !text.is_empty());
        self.nodes.push(Node::new(key, self.since(start)?, text));
        Some(hash)
    }

    /// An object or an array, and what is within it.
    fn nested(
        &mut self,
        key: &'a str,
        read: impl FnOnce(&mut Self) -> Option<u128>,
    ) -> Option<u128> {
        let (start, number) = (self.at, self.nodes.len());
        self.nodes.push(Node::new(key, "", None));
        self.at += 1;
        let hash = read(self)?;
        let value = self.since(start)?;
        let within = self.nodes.len() - number - 1;
        let node = self.nodes.get_mut(number)?;
        (node.value, node.within) = (value, within);
        Some(hash)
    }

    /// From behind an opening brace to behind the closing one: the hash of the object.
    fn members(&mut self, depth: usize) -> Option<u128> {
        let mut members = identity::Members::default();
        if self.peek_mark()? == b'}' {
            self.at += 1;
            return Some(members.hash());
        }
        loop {
            let is_name = self.peek_mark()? == b'"';
            let Cow::Borrowed(key) = is_name.then(|| self.string()).flatten()? else {
                return None;
            };
            if self.mark()? != b':' {
                return None;
            }
            members.add(key, self.value(key, depth)?);
            match self.mark()? {
                b',' => {}
                b'}' => return Some(members.hash()),
                _ => return None,
            }
        }
    }

    /// From behind an opening bracket to behind the closing one: the hash of the array.
    fn elements(&mut self, depth: usize) -> Option<u128> {
        let mut elements = identity::Elements::default();
        if self.peek_mark()? == b']' {
            self.at += 1;
            return Some(elements.hash());
        }
        loop {
            elements.add(self.value("", depth)?);
            match self.mark()? {
                b',' => {}
                b']' => return Some(elements.hash()),
                _ => return None,
            }
        }
    }

    /// The text of the JSON string that is next.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at + 1;
        self.at = start + special(self.text.as_bytes().get(start..)?);
        if self.peek()? != b'"' {
            return self.escaped(start - 1);
        }
        self.at += 1;
        self.text.get(start..self.at - 1).map(Cow::Borrowed)
    }

    /// The text of the JSON string that began at `start`, from its first escape on. Apart, as few strings come here.
    #[inline(never)]
    fn escaped(&mut self, start: usize) -> Option<Cow<'a, str>> {
        while self.peek()? == b'\\' {
            self.at += 2;
            self.at += special(self.text.as_bytes().get(self.at..)?);
        }
        self.at += 1;
        string(self.since(start)?)
    }

    /// Passes a number, as JSON spells it.
    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Some(())
    }

    /// Passes digits, one at least.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let is_next = rest.starts_with(word.as_bytes());
        self.at += word.len();
        is_next.then_some(())
    }

    /// What is next behind white space, which is then passed; none at the end of the text.
    fn mark(&mut self) -> Option<u8> {
        let mark = self.peek_mark();
        self.at += 1;
        mark
    }

    /// What is next behind white space; none at the end of the text.
    fn peek_mark(&mut self) -> Option<u8> {
        loop {
            match self.peek()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                mark => return Some(mark),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::super::{Record, elements, scalar};
    use super::*;

    /// That both readers say the same of a text, if this one has read it; whether it has.
    #[track_caller]
    fn check(text: &str) -> bool {
        let mut nodes = Vec::new();
        let Some(identity) = read(text, &mut nodes) else {
            return false;
        };
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        assert!(is_json, "no JSON: {text}");
        let closely = Record::parse(text).expect("valid JSON");
        assert_eq!(identity, identity::of_record(&closely, text), "{text}");
        check_members(&Record::of(&nodes), &closely);
        true
    }

    #[track_caller]
    fn check_members(read: &Record<'_>, closely: &Record<'_>) {
        assert_eq!(read.members().len(), closely.members().len());
        for (one, other) in read.members().iter().zip(closely.members()) {
            assert_eq!((&one.key, one.value), (&other.key, other.value));
            let text = one.text.get().expect("known from the start");
            assert_eq!(text, &scalar(one.value), "{}", one.value);
            assert_eq!(one.elements(), elements(one.value), "{}", one.value);
            assert_eq!(one.objects().len(), other.objects().len());
            let objects = one.objects().iter().zip(other.objects());
            objects.for_each(|(one, other)| check_members(one, other));
            assert_eq!(one.object().is_some(), other.object().is_some());
        }
    }

    #[test]
    fn what_is_read_in_one_go_is_what_would_be_read_closely() {
        for text in [
            "{}",
            " { } \n",
            r#"{"a":"","b":null,"c":true,"d":-1.5E+3,"e":[],"f":{},"g":false}"#,
            "\t{\r\n\t\"a\" : \"x\" ,\n \"b\" : [ 1 , { \"c\" : \"]}\\\"\" } ] \n, \"d\" : 0 } ",
            r#"{"a":"\\","b":"\\\"","c":"é\u00e9\ud83d\ude00","":[[[{"b":[{}]}]],{"é":1}]}"#,
            r#"{"a":1,"a":2,"A":[3,{"a":1,"a":2}]}"#,
            r#"{"@odata.type":"x","a":[{"b@odata.type":"y","b":[1]}],"a@odata":{"@odata.id":[2]}}"#,
            r#"{"CreationTime":"1Z","a":[{"CreationTime":"1Z"}],"b":{"CreationTime":["1Z"]}}"#,
            r#"{"n":[0,-0,1e400,-1E-7,0.10,18446744073709551616,-9223372036854775809,-1]}"#,
        ] {
            assert!(check(text), "{text}");
        }
    }

    #[test]
    fn what_is_odd_or_no_record_is_not_read() {
        let deep =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(check(&deep(DEPTH)) && !check(&deep(DEPTH + 1)));
        for text in [
            "",
            " ",
            "7",
            "[{}]",
            "{",
            "{\"a",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":]",
            "{]",
            "{,}",
            "{\"a\\",
            "{\"a\":\"\\",
            "{\"a\":[{",
            "{\"a\":[}",
            "{\"a\":1,}",
            "{\"a\":[1,]}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1}x",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":nul}",
            "{\"a\":truefalse}",
            "{\"a\":\"\t\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u12\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"\\u00e9\":1}",
            "{\"a\":01}",
            "{\"a\":+1}",
            "{\"a\":1.}",
            "{\"a\":.5}",
            "{\"a\":1e}",
            "{\"a\":-}",
            "{\"a\":--1}",
            "\u{feff}{}",
            "{\"a\":1\u{a0}}",
            "{\u{c}}",
        ] {
            assert!(!check(text), "{text}");
        }
    }

    /// Numbers without end, from a seed (`SplitMix64`).
    fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default() % below
        }
    }

    /// Appends some JSON value.
    fn push_value(json: &mut String, levels: usize, number: &mut impl FnMut(usize) -> usize) {
        const SCALARS: [&str; 16] = [
            "null",
            "true",
            "false",
            "0",
            "-0",
            "7",
            "-12",
            "1.50",
            "1e400",
            "2E-3",
            "18446744073709551617",
            r#""""#,
            r#""x""#,
            r#""\\\"é\u00e9 and some more""#,
            r#""{\"a\":[1]}""#,
            r#""\ud800""#,
        ];
        // Half a character is rare, lest nothing be read.
        let scalars = SCALARS.len() - usize::from(number(20) > 0);
        let kind = number(3);
        if levels == 0 || kind == 0 {
            return json.push_str(SCALARS[number(scalars)]);
        }
        json.push_str(["[", "{"][kind - 1]);
        for n in 0..number(5) {
            json.push_str(if n > 0 { "," } else { "" });
            json.push_str([" ", "\n", "", "", ""][number(5)]);
            if kind == 2 {
                json.push_str([r#""a":"#, r#""A" : "#, r#""Name":"#, r#""é":"#][number(4)]);
            }
            push_value(json, levels - 1, number);
        }
        json.push_str(["]", "}"][kind - 1]);
    }

    #[test]
    fn both_readers_agree_on_whatever_json_and_on_what_is_left_of_it() {
        const MARKS: [char; 18] = [
            '"', '\\', '{', '}', '[', ']', ',', ':', '0', '1', '-', '.', 'e', 'u', 'é', '\u{1}',
            ' ', 't',
        ];
        let mut number = numbers(7);
        let (mut whole, mut spoilt) = (0, 0);
        for _ in 0..4_000 {
            let mut json = String::from("{\"r\":");
            push_value(&mut json, 5, &mut number);
            json.push('}');
            whole += usize::from(check(&json));
            let mut marks: Vec<char> = json.chars().collect();
            let at = number(marks.len());
            marks[at] = MARKS[number(MARKS.len())];
            spoilt += usize::from(check(&marks.iter().collect::<String>()));
        }
        assert!(whole > 3_000 && spoilt > 500, "{whole} and {spoilt}");
    }
}
