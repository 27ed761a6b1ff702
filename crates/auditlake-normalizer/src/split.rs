//! A content blob taken apart into its elements, without judging them: one bad record must not spoil the others.

use crate::record::special;

/// Why a blob could not be taken apart.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SplitError {
    /// The body is not a JSON array.
    #[error("the body is not a JSON array: it starts with `{start}`")]
    NotAnArray {
        /// First characters of the body.
        start: String,
    },
    /// The array ends before its closing bracket: a cut body.
    #[error("the array of {bytes} bytes is cut off after {complete} whole elements")]
    Cut {
        /// Whole elements before the cut.
        complete: usize,
        /// Length of the body.
        bytes: usize,
    },
    /// Something follows the closing bracket.
    #[error("the array ends at byte {at}, but more follows")]
    Trailing {
        /// Where the array ends.
        at: usize,
    },
}

/// Splits a content blob (a JSON array) into its elements.
///
/// Only brackets, quotes and commas are looked at, so an element may be bad JSON or bad UTF-8: that is for
/// [`Normalizer::push`](crate::Normalizer::push) to say, of that element alone.
///
/// # Errors
/// When the body is no array, is cut, or goes on after the array.
pub fn split_array(body: &[u8]) -> Result<Vec<&[u8]>, SplitError> {
    let text = body.trim_ascii();
    let text = text
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(text)
        .trim_ascii();
    let Some(inner) = text.strip_prefix(b"[") else {
        let start = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
        return Err(SplitError::NotAnArray { start });
    };
    let mut elements = Vec::new();
    let mut scan = Scan { text: inner, at: 0 };
    loop {
        let from = scan.at;
        let stop = scan.element_end();
        let element = inner[from..scan.at].trim_ascii();
        if !element.is_empty() || stop == Some(b',') || (stop == Some(b']') && !elements.is_empty())
        {
            elements.push(element);
        }
        match stop {
            Some(b',') => scan.at += 1,
            Some(_) if scan.at + 1 == inner.len() => return Ok(elements),
            Some(_) => return Err(SplitError::Trailing { at: scan.at + 2 }),
            None => {
                return Err(SplitError::Cut {
                    complete: elements.len().saturating_sub(1),
                    bytes: body.len(),
                });
            }
        }
    }
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// Goes to the comma or bracket that ends the element; none at the end of the text.
    fn element_end(&mut self) -> Option<u8> {
        let mut depth = 0_usize;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => depth += 1,
                b',' | b']' if depth == 0 => return Some(byte),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        // An escape or a text may be cut in its middle.
        self.at = self.text.len();
        None
    }

    /// From an opening quote to its closing one (or the end).
    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(rest) = self.text.get(self.at..) {
            let ahead = special(rest);
            self.at += ahead;
            match rest.get(ahead) {
                Some(b'"') | None => return,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let got = split_array(body.as_bytes()).map(|elements| {
            elements
                .into_iter()
                .map(|e| String::from_utf8_lossy(e).into_owned())
                .collect::<Vec<_>>()
        });
        assert_eq!(
            got.as_deref(),
            Ok(&expected.iter().map(|e| (*e).to_owned()).collect::<Vec<_>>()[..]),
            "{body}"
        );
    }

    #[test]
    fn elements_are_slices_of_the_body() {
        check("[]", &[]);
        check(" \u{feff}[ ]", &[]);
        check(
            "[ {\"a\":[1,{\"b\":\"],}\\\"\"}]} ,\n 7, null ]\n",
            &["{\"a\":[1,{\"b\":\"],}\\\"\"}]}", "7", "null"],
        );
        check("[{\"a\":},{\"b\":1}]", &["{\"a\":}", "{\"b\":1}"]);
        // Whatever else is in a text, only an unescaped quote ends it.
        for text in [
            "a\tb\u{1},]",
            "\\\\",
            "é and more of it,\\\"]",
            "eight by\\\"te,s",
        ] {
            let element = format!("{{\"a\":\"{text}\"}}");
            check(&format!("[{element},{element}]"), &[&element, &element]);
        }
    }

    #[test]
    fn a_missing_element_is_an_element_to_complain_about() {
        check("[1,,2]", &["1", "", "2"]);
        check("[1,]", &["1", ""]);
    }

    #[test]
    fn bad_utf8_does_not_spoil_the_neighbours() {
        assert_eq!(
            split_array(b"[\"\xff\",{}]"),
            Ok(vec![&b"\"\xff\""[..], b"{}"])
        );
    }

    #[test]
    fn what_is_no_whole_array_is_refused() {
        assert_eq!(
            split_array(b"[{\"a\":1},{\"b\""),
            Err(SplitError::Cut {
                complete: 1,
                bytes: 13
            })
        );
        for cut in [&b"[{\"a\":\"b"[..], b"[{\"a\":\"b\\", b"[\"]"] {
            assert!(matches!(
                split_array(cut),
                Err(SplitError::Cut { complete: 0, .. })
            ));
        }
        assert_eq!(split_array(b"[1] x"), Err(SplitError::Trailing { at: 3 }));
        assert!(
            matches!(split_array(b"<html>"), Err(SplitError::NotAnArray { start }) if start == "<html>")
        );
        assert!(matches!(
            split_array(b""),
            Err(SplitError::NotAnArray { .. })
        ));
    }
}
