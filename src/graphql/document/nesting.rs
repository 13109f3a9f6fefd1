//! One pass over the text before anything recursive sees it. What the text means is not its concern.
//!
//! The parser descends one call for each open bracket, and overflows its stack on a few thousand.
//! It reads a valid prefix of the text token by token, as the scan does, and stops at the first
//! wrong token; so the depth found here bounds the depth it can reach. One place needs care: a
//! block string that never ends is read by the parser as an empty string and whatever follows, so
//! such a text is refused.

use async_graphql::Pos;
use serde_json::Value;

use super::error::DocumentError;

/// Refuses text that nests or goes on too far; answers the number of its tokens.
pub fn check_nesting(
    text: &str,
    max_nesting: usize,
    max_tokens: usize,
) -> Result<usize, DocumentError> {
    let mut scan = Scan { text: text.as_bytes(), at: 0, tokens: 0, open: 0, open_values: 0 };
    while let Some(&byte) = scan.text.get(scan.at) {
        let start = scan.at;
        scan.token(byte).map_err(|fault| fault.describe(text, start, max_nesting))?;
        if scan.open > max_nesting {
            let fault = if scan.open_values > 0 { Fault::Values } else { Fault::Selections };
            return Err(fault.describe(text, start, max_nesting));
        }
        if scan.tokens > max_tokens {
            return Err(DocumentError::too_complex("too many tokens", max_tokens));
        }
    }
    Ok(scan.tokens)
}

/// How many lists and objects lie around the innermost value; counts to 129 at most.
pub fn json_depth(value: &Value) -> usize {
    fn within(value: &Value, left: usize) -> usize {
        let Some(left) = left.checked_sub(1) else { return 0 };
        let inner = match value {
            Value::Array(items) => items.iter().map(|item| within(item, left)).max(),
            Value::Object(members) => members.values().map(|member| within(member, left)).max(),
            _ => return 0,
        };
        1 + inner.unwrap_or(0)
    }
    within(value, 129)
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    tokens: usize,
    open: usize,
    /// Open `(` and `[`: inside of them braces hold values, not selections.
    open_values: usize,
}

enum Fault {
    Unterminated,
    Selections,
    Values,
}

impl Scan<'_> {
    /// Moves past what begins at the current byte.
    fn token(&mut self, byte: u8) -> Result<(), Fault> {
        match byte {
            b'{' | b'(' | b'[' => self.open(byte),
            b'}' | b')' | b']' => self.close(byte),
            b'"' => self.string()?,
            b'#' => self.skip(|byte| byte != b'\n' && byte != b'\r'),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.tokens += 1;
                self.skip(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
            }
            b'-' | b'0'..=b'9' => self.number(),
            b'.' if self.text[self.at..].starts_with(b"...") => self.count(3),
            b'.' | b'!' | b'$' | b'&' | b':' | b'=' | b'@' | b'|' => self.count(1),
            _ => self.at += 1,
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) {
        self.tokens += 1;
        self.at += bytes;
    }

    fn open(&mut self, byte: u8) {
        self.open += 1;
        self.open_values += usize::from(byte != b'{');
        self.count(1);
    }

    fn close(&mut self, byte: u8) {
        self.open = self.open.saturating_sub(1);
        self.open_values = self.open_values.saturating_sub(usize::from(byte != b'}'));
        self.count(1);
    }

    fn skip(&mut self, inside: impl Fn(u8) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.iter().position(|byte| !inside(*byte)).unwrap_or(rest.len());
    }

    fn number(&mut self) {
        self.count(1);
        self.skip(|byte| byte.is_ascii_digit());
        if let [b'.', b'0'..=b'9', ..] = self.text[self.at..] {
            self.at += 1;
            self.skip(|byte| byte.is_ascii_digit());
        }
        match self.text[self.at..] {
            [b'e' | b'E', b'0'..=b'9', ..] => self.at += 1,
            [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => self.at += 2,
            _ => return,
        }
        self.skip(|byte| byte.is_ascii_digit());
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.tokens += 1;
        if self.text[self.at..].starts_with(b"\"\"\"") {
            self.at += 3;
            return self.block_string();
        }
        self.at += 1;
        loop {
            match self.text[self.at..] {
                [b'"', ..] => break self.at += 1,
                [b'\\', escaped, ..] if escaped != b'\n' && escaped != b'\r' => self.at += 2,
                [] | [b'\\' | b'\n' | b'\r', ..] => return Err(Fault::Unterminated),
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn block_string(&mut self) -> Result<(), Fault> {
        loop {
            match self.text[self.at..] {
                [b'"', b'"', b'"', ..] => break self.at += 3,
                [b'\\', b'"', b'"', b'"', ..] => self.at += 4,
                [] => return Err(Fault::Unterminated),
                _ => self.at += 1,
            }
        }
        Ok(())
    }
}

impl Fault {
    fn describe(&self, text: &str, at: usize, max_nesting: usize) -> DocumentError {
        let pos = position(text, at);
        match self {
            Self::Unterminated => DocumentError::unparsable("this string has no end", pos),
            Self::Selections => {
                DocumentError::too_deep("the selections nest too deep", max_nesting).at(pos)
            }
            Self::Values => {
                DocumentError::too_complex("the brackets nest too deep", max_nesting).at(pos)
            }
        }
    }
}

/// Lines and columns as the parser counts them.
fn position(text: &str, at: usize) -> Pos {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap_or_default();
    Pos { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}
