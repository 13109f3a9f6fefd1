//! Rules for text that people type: what is refused, what is folded. Everything else is stored as
//! it came.

use crate::error::{Invalid, Problem};

/// Checks one line of text: no control characters, at most `max` characters, not blank.
pub fn line(invalid: &mut Invalid, field: &str, text: &str, max: usize) {
    if text.trim().is_empty() {
        invalid.push(Problem::Required, field, "can't be empty");
    }
    optional_line(invalid, field, text, max);
}

/// As [`line`], but may be empty.
pub fn optional_line(invalid: &mut Invalid, field: &str, text: &str, max: usize) {
    if text.chars().any(char::is_control) {
        invalid.push(Problem::Invalid, field, "can't hold control characters");
    }
    length(invalid, field, text, max);
}

/// Checks text of several lines: line ends and tabs are fine.
pub fn prose(invalid: &mut Invalid, field: &str, text: &str, max: usize) {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        invalid.push(Problem::Invalid, field, "can't hold control characters");
    }
    length(invalid, field, text, max);
}

/// Checks the length alone.
pub fn length(invalid: &mut Invalid, field: &str, text: &str, max: usize) {
    if text.chars().count() > max {
        invalid.push(Problem::TooLong, field, format!("can't be longer than {max} characters"));
    }
}

/// Checks an e-mail address loosely: whether it exists only a message can tell.
pub fn email(invalid: &mut Invalid, field: &str, text: &str) {
    let parts = text.rsplit_once('@');
    let ok = text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && parts.is_some_and(|(local, host)| {
            !local.is_empty() && !local.contains('@') && host.split('.').all(|l| !l.is_empty())
        });
    if text.is_empty() {
        invalid.push(Problem::Required, field, "can't be empty");
    } else if !ok {
        invalid.push(Problem::Invalid, field, "is not an e-mail address");
    }
}

/// Checks what a caller searches for: at most 200 characters, none of them control characters.
pub fn search(invalid: &mut Invalid, field: &str, text: &str) {
    optional_line(invalid, field, text, 200);
}

/// Checks a colour: `#` and six hexadecimal digits, the letters small.
pub fn colour(invalid: &mut Invalid, field: &str, text: &str) {
    let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let ok = text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(digit));
    if !ok {
        let why = "is not a colour written as #rrggbb, in small letters";
        invalid.push(Problem::Invalid, field, why);
    }
}

/// Checks a short code that people choose for something: capital letters, digits and hyphens, at
/// most 20.
pub fn code(invalid: &mut Invalid, field: &str, text: &str) {
    let sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let ok =
        text.len() <= 20 && text.starts_with(sign) && text.chars().all(|c| sign(c) || c == '-');
    if !ok {
        let why = "has to be 1 to 20 capital letters, digits and hyphens, such as NORTH-1";
        invalid.push(Problem::Invalid, field, why);
    }
}
