//! Taking JSON apart that is known to be valid: by its marks alone, without reading it again.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use memchr::memchr;

use super::names::Names;
use super::parse::key;
use super::{Member, Members, Record};

impl<'a> Record<'a> {
    /// The members of an object whose JSON is valid; nobody looks whether it is.
    pub(crate) fn split(text: &'a str) -> Self {
        Self::with_room(text, 32)
    }

    fn with_room(text: &'a str, members: usize) -> Self {
        let mut list = Vec::with_capacity(members);
        Scan { text, at: 0 }.each(b'{', b'}', |scan| {
            let name = scan.value();
            scan.passes(b':');
            list.push(Member::new(key(name), scan.value()));
        });
        Self::of(list)
    }

    pub(super) fn of(list: Vec<Member<'a>>) -> Self {
        let names = Names::of(&list);
        Self(Rc::new(Members { list, names }))
    }
}

impl<'a> Member<'a> {
    pub(super) fn new(key: Cow<'a, str>, value: &'a str) -> Self {
        Self {
            key,
            value,
            taken: Cell::new(false),
            text: OnceCell::new(),
            inner: OnceCell::new(),
        }
    }
}

/// The objects among the elements of an array, or the one that the text is; its JSON is valid.
pub(super) fn objects(text: &str) -> Vec<Record<'_>> {
    let elements = match text.as_bytes().first() {
        Some(b'{') => vec![text],
        _ => elements(text),
    };
    let objects = elements.into_iter().filter(|text| text.starts_with('{'));
    objects.map(|text| Record::with_room(text, 4)).collect()
}

/// The elements of an array whose JSON is valid; none when it is not one.
pub(super) fn elements(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    Scan { text, at: 0 }.each(b'[', b']', |scan| found.push(scan.value()));
    found
}

/// A place in valid JSON.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// Goes through an array or an object; nothing where the text is not one.
    fn each(&mut self, open: u8, close: u8, mut take: impl FnMut(&mut Self)) {
        if !self.passes(open) {
            return;
        }
        while !self.passes(close) {
            let before = self.at;
            take(self);
            if !self.passes(b',') && self.at == before {
                return;
            }
        }
    }

    /// Whether this mark is next, which is then passed.
    fn passes(&mut self, mark: u8) -> bool {
        self.skip_while(|byte| byte.is_ascii_whitespace());
        let is_next = self.next() == Some(mark);
        self.at += usize::from(is_next);
        is_next
    }

    /// The JSON text of the value that is next, which is then passed.
    fn value(&mut self) -> &'a str {
        self.skip_while(|byte| byte.is_ascii_whitespace());
        let start = self.at;
        match self.next() {
            Some(b'"') => self.skip_text(),
            Some(b'{' | b'[') => self.skip_nested(),
            _ => self.skip_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)),
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_while(&mut self, skip: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| !skip(*byte));
        self.at += end.unwrap_or(rest.len());
    }

    /// From the opening quote to behind the closing one: the first with an even number of backslashes before it.
    fn skip_text(&mut self) {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        self.at = start;
        while let Some(length) = memchr(b'"', bytes.get(self.at..).unwrap_or_default()) {
            let text = &bytes[start..self.at + length];
            self.at += length + 1;
            let escapes = text.iter().rev().take_while(|byte| **byte == b'\\');
            if escapes.count().is_multiple_of(2) {
                return;
            }
        }
        self.at = bytes.len();
    }

    /// From the opening bracket to behind the closing one.
    fn skip_nested(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.skip_while(|byte| !matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'));
            match self.next() {
                Some(b'"') => {
                    self.skip_text();
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(_) => depth -= 1,
                None => return,
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key and value of each member, as both ways give them.
    #[track_caller]
    fn check(text: &str) {
        let told = |record: &Record<'_>| -> Vec<(String, String)> {
            let members = record.members().iter();
            members
                .map(|m| (m.key.to_string(), m.value.to_owned()))
                .collect()
        };
        let read = Record::parse(text).expect("valid JSON");
        assert_eq!(told(&Record::split(text)), told(&read), "{text}");
    }

    #[test]
    fn what_is_split_is_what_would_be_read() {
        for text in [
            "{}",
            " { } ",
            r#"{"a":1}"#,
            r#"{"a":"","b":null,"c":true,"d":-1.5E+3,"e":[],"f":{}}"#,
            " {\r\n\t\"a\" : \"x\" ,\n \"b\" : [ 1 , { \"c\" : \"]}\\\"\" } ] \n, \"d\" : 0 } ",
            r#"{"a":"\\","b":"\\\"","c":"é\u00e9\ud83d\ude00","d":"\ud800"}"#,
            r#"{"k\"1":{"k\\":"}"},"\u00e9":[[["]"]]],"\udc00":1}"#,
            r#"{"a":1,"a":2,"":3}"#,
        ] {
            check(text);
        }
    }

    #[test]
    fn what_is_not_valid_ends_all_the_same() {
        for text in [
            "",
            "{",
            "[",
            "{\"a",
            "{\"a\":",
            "{\"a\":]",
            "{]",
            "{\"a\\",
            "{\"a\":[{",
            "{\"a\":[}",
        ] {
            let count = Record::split(text).members().len() + elements(text).len();
            assert!(count <= 2, "{text}");
        }
    }
}
