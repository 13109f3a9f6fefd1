//! The variables that a `.env` file gives. Names are not looked at here.

use std::{ffi::OsString, fs, io::ErrorKind, path::Path};

/// Reads a file, if there is one; what is wrong with it is added to `problems`.
pub(super) fn read(path: &Path, problems: &mut Vec<String>) -> Vec<(OsString, OsString)> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Vec::new(),
        Err(e) => {
            problems.push(format!("{}: cannot be read: {e}", path.display()));
            return Vec::new();
        }
    };
    let mut variables = Vec::new();
    for (n, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match variable(line.trim()) {
            Ok(None) => {}
            Ok(Some((name, value))) => variables.push((name.into(), value.into())),
            Err(why) => problems.push(format!("{}: line {}: {why}", path.display(), n + 1)),
        }
    }
    variables
}

type Variable<'a> = Option<(&'a str, String)>;

/// `NAME=value`, also with `export ` in front; nothing for comments and empty lines.
fn variable(line: &str) -> Result<Variable<'_>, &'static str> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or("is not NAME=value")?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !is_name {
        return Err("is not NAME=value");
    }
    Ok(Some((name, unquoted(value.trim())?)))
}

/// `'as it stands'`, `"with \n escapes"`, or bare up to a comment.
fn unquoted(value: &str) -> Result<String, &'static str> {
    let (text, rest) = if let Some(quoted) = value.strip_prefix('\'') {
        let (text, rest) = quoted.split_once('\'').ok_or("has a quote that is not closed")?;
        (text.to_owned(), rest)
    } else if let Some(quoted) = value.strip_prefix('"') {
        escaped(quoted).ok_or("has a quote that is not closed")?
    } else {
        let end = if value.starts_with('#') { 0 } else { value.find(" #").unwrap_or(value.len()) };
        let bare = &value[..end];
        (bare.trim_end().to_owned(), "")
    };
    let rest = rest.trim();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(text)
    } else {
        Err("has something after the closing quote")
    }
}

/// The text up to the closing double quote, and what comes after it.
fn escaped(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((text, chars.as_str())),
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                c @ ('"' | '\\' | '$') => text.push(c),
                other => text.extend(['\\', other]),
            },
            c => text.push(c),
        }
    }
}
