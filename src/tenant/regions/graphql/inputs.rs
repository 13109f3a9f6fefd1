//! What callers say about regions: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{NewRegion, RegionId, RegionPatch};
use crate::db::Sort;
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;

/// A region to add.
#[derive(InputObject)]
pub struct RegionCreateInput {
    /// What it is called, in a line of at most 100 characters; no other region may be called so.
    name: String,
    /// Its short code: at most 20 capital letters, digits and hyphens; no other region may have it.
    code: String,
}

impl From<RegionCreateInput> for NewRegion {
    fn from(i: RegionCreateInput) -> Self {
        Self { name: i.name.trim().to_owned(), code: i.code }
    }
}

/// A change of a region. A key left out keeps its value.
#[derive(InputObject)]
pub struct RegionUpdateInput {
    /// What it is called.
    name: MaybeUndefined<String>,
    /// Its short code.
    code: MaybeUndefined<String>,
}

impl TryFrom<RegionUpdateInput> for RegionPatch {
    type Error = AppError;

    fn try_from(i: RegionUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            name: required(&mut invalid, "input.name", i.name).map(|t| t.trim().to_owned()),
            code: required(&mut invalid, "input.code", i.code),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which regions. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct RegionFilter {
    /// All of these hold.
    and: Option<Vec<RegionFilter>>,
    /// At least one of these holds.
    or: Option<Vec<RegionFilter>>,
    /// This does not hold.
    not: Option<Box<RegionFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By code.
    code: Option<StringFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for RegionFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<RegionId>("id", c::ID, &self.id);
        all.text("name", c::NAME, &self.name);
        all.text("code", c::CODE, &self.code);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What regions can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum RegionOrderField {
    /// What it is called.
    Name,
    /// Its short code.
    Code,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of regions.
#[derive(Debug, Clone, InputObject)]
pub struct RegionOrder {
    /// What to sort by.
    field: RegionOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for RegionOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            RegionOrderField::Name => c::NAME,
            RegionOrderField::Code => c::CODE,
            RegionOrderField::CreatedAt => c::CREATED_AT,
            RegionOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
