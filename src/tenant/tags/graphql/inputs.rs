//! What callers say about tags: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{NewTag, TagId, TagPatch};
use crate::db::Sort;
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;

/// A tag to add.
#[derive(InputObject)]
pub struct TagCreateInput {
    /// What it is called, in a line of at most 50 characters; no other tag may be called so.
    name: String,
    /// Its colour: #rrggbb, in small letters.
    #[graphql(default = "#64748b")]
    colour: String,
}

impl From<TagCreateInput> for NewTag {
    fn from(i: TagCreateInput) -> Self {
        Self { name: i.name.trim().to_owned(), colour: i.colour }
    }
}

/// A change of a tag. A key left out keeps its value.
#[derive(InputObject)]
pub struct TagUpdateInput {
    /// What it is called.
    name: MaybeUndefined<String>,
    /// Its colour: #rrggbb.
    colour: MaybeUndefined<String>,
}

impl TryFrom<TagUpdateInput> for TagPatch {
    type Error = AppError;

    fn try_from(i: TagUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            name: required(&mut invalid, "input.name", i.name).map(|t| t.trim().to_owned()),
            colour: required(&mut invalid, "input.colour", i.colour),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which tags. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct TagFilter {
    /// All of these hold.
    and: Option<Vec<TagFilter>>,
    /// At least one of these holds.
    or: Option<Vec<TagFilter>>,
    /// This does not hold.
    not: Option<Box<TagFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for TagFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<TagId>("id", c::ID, &self.id);
        all.text("name", c::NAME, &self.name);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What tags can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum TagOrderField {
    /// What it is called.
    Name,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of tags.
#[derive(Debug, Clone, InputObject)]
pub struct TagOrder {
    /// What to sort by.
    field: TagOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for TagOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            TagOrderField::Name => c::NAME,
            TagOrderField::CreatedAt => c::CREATED_AT,
            TagOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
