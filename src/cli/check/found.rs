//! One mistake, and how it reads.

use std::fmt;

use super::Level;

/// What is wrong, and what to do about it.
#[derive(Debug)]
pub(super) struct Found {
    pub id: &'static str,
    pub level: Level,
    what: String,
    /// May be empty.
    hint: &'static str,
}

/// The installation would not work, or not be safe.
pub(super) fn error(id: &'static str, what: impl Into<String>, hint: &'static str) -> Found {
    Found { id, level: Level::Error, what: what.into(), hint }
}

/// Probably not what is wanted.
pub(super) fn warning(id: &'static str, what: impl Into<String>, hint: &'static str) -> Found {
    Found { id, level: Level::Warning, what: what.into(), hint }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, "{level:<8} {:<15} {}", self.id, self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n{:25}{}", "", self.hint) }
    }
}
