//! The filter inputs of the kinds of column: what may be asked of a text, a time, a day, an id.

use async_graphql::{ID, InputObject};

use crate::graphql::scalars::{Date, DateTime};

/// Conditions on a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct StringFilter {
    /// Is this text, upper and lower case apart.
    pub(super) eq: Option<String>,
    /// Is another text, or none.
    pub(super) neq: Option<String>,
    /// Is one of these texts.
    pub(super) r#in: Option<Vec<String>>,
    /// Is none of these texts.
    pub(super) not_in: Option<Vec<String>>,
    /// Holds this text somewhere.
    pub(super) contains: Option<String>,
    /// Begins with this text.
    pub(super) starts_with: Option<String>,
    /// Ends with this text.
    pub(super) ends_with: Option<String>,
    /// Whether `contains`, `startsWith` and `endsWith` tell upper from lower case.
    #[graphql(default = false)]
    pub(super) case_sensitive: bool,
    /// Has no value (`true`), or any (`false`).
    pub(super) is_null: Option<bool>,
}

/// Conditions on a point in time.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct DateTimeFilter {
    /// Is this time.
    pub(super) eq: Option<DateTime>,
    /// Is before this time.
    pub(super) lt: Option<DateTime>,
    /// Is this time or before it.
    pub(super) lte: Option<DateTime>,
    /// Is after this time.
    pub(super) gt: Option<DateTime>,
    /// Is this time or after it.
    pub(super) gte: Option<DateTime>,
    /// Has no value (`true`), or any (`false`).
    pub(super) is_null: Option<bool>,
}

/// Conditions on a calendar day.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct DateFilter {
    /// Is this day.
    pub(super) eq: Option<Date>,
    /// Is before this day.
    pub(super) lt: Option<Date>,
    /// Is this day or before it.
    pub(super) lte: Option<Date>,
    /// Is after this day.
    pub(super) gt: Option<Date>,
    /// Is this day or after it.
    pub(super) gte: Option<Date>,
    /// Has no value (`true`), or any (`false`).
    pub(super) is_null: Option<bool>,
}

/// Conditions on the id of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct IDFilter {
    /// Is this object.
    pub(super) eq: Option<ID>,
    /// Is one of these objects.
    pub(super) r#in: Option<Vec<ID>>,
    /// Is none of these objects.
    pub(super) not_in: Option<Vec<ID>>,
    /// Refers to nothing (`true`), or to something (`false`).
    pub(super) is_null: Option<bool>,
}

/// Conditions on a set of objects that something has.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct IDSetFilter {
    /// At least one of these is among them.
    pub(super) any: Option<Vec<ID>>,
    /// All of these are among them, at most 20.
    pub(super) all: Option<Vec<ID>>,
    /// None of these is among them.
    pub(super) none: Option<Vec<ID>>,
}
