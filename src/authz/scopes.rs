//! How far an API key goes: some permissions by name, or all that its account has.

use std::collections::{BTreeSet, HashSet};

/// What stands for all.
pub const ALL: &str = "*";

/// A key's scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scopes {
    All,
    Only(BTreeSet<Box<str>>),
}

impl Scopes {
    /// As they are kept, and as OAuth writes them: names apart by spaces.
    pub fn parse(text: &str) -> Self {
        Self::of(text.split_ascii_whitespace())
    }

    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: BTreeSet<Box<str>> = names.into_iter().map(Into::into).collect();
        if names.contains(ALL) { Self::All } else { Self::Only(names) }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Only(names) if names.is_empty())
    }

    /// What both allow.
    #[must_use]
    pub fn within(self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, other) => other.clone(),
            (own, Self::All) => own,
            (Self::Only(own), Self::Only(other)) => {
                Self::Only(own.intersection(other).cloned().collect())
            }
        }
    }

    /// The first that `other` has beyond these.
    pub fn lacks<'a>(&self, other: &'a Self) -> Option<&'a str> {
        match (self, other) {
            (Self::All, _) => None,
            (Self::Only(_), Self::All) => Some(ALL),
            (Self::Only(own), Self::Only(other)) => {
                other.iter().find(|name| !own.contains(*name)).map(|name| &**name)
            }
        }
    }

    /// In order.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::All => vec![ALL.to_owned()],
            Self::Only(names) => names.iter().map(|name| name.clone().into_string()).collect(),
        }
    }

    /// The only permissions that count; `None` when all do.
    pub(super) fn into_names(self) -> Option<HashSet<Box<str>>> {
        match self {
            Self::All => None,
            Self::Only(names) => Some(names.into_iter().collect()),
        }
    }
}
