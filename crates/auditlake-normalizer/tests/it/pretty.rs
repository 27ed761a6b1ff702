//! Indented JSON that keeps every token as it is: member order, repeated members, escapes that no parser accepts.

/// Puts line breaks and indentation between the tokens of compact JSON.
pub(crate) fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut tokens = json.chars().peekable();
    while let Some(c) = tokens.next() {
        if in_text {
            out.push(c);
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_text = true;
                out.push(c);
            }
            '{' | '[' if tokens.next_if(|next| matches!(next, '}' | ']')).is_some() => {
                out.push_str(if c == '{' { "{}" } else { "[]" });
            }
            '{' | '[' => {
                depth += 1;
                out.push(c);
                break_line(&mut out, depth);
            }
            '}' | ']' => {
                depth -= 1;
                break_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

#[test]
fn tokens_stay_as_they_are() {
    let json = r#"{"a":[1,{"b":"x, {\"y\": [\\"}],"a":"\ud800","c":{},"d":[]}"#;
    let expected = r#"{
  "a": [
    1,
    {
      "b": "x, {\"y\": [\\"
    }
  ],
  "a": "\ud800",
  "c": {},
  "d": []
}"#;
    assert_eq!(pretty(json), expected);
}
