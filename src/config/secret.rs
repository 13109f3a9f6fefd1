//! A value that must not be shown. Passwords inside database URLs are the business of `url`.

use std::fmt;

/// Text whose content does not appear in logs, errors or `config show`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(content: impl Into<String>) -> Self {
        Self(content.into())
    }

    /// The content; hand it to what needs it and to nothing that prints.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
