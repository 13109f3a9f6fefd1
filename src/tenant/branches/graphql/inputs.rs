//! What callers say about branches: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{BranchId, BranchPatch, NewBranch};
use crate::db::Sort;
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::{clearable, required};
use crate::tenant::regions::RegionId;

/// A branch to add.
#[derive(InputObject)]
pub struct BranchCreateInput {
    /// The region it is in.
    region_id: Option<RegionId>,
    /// What it is called, in a line of at most 100 characters; no other branch may be called so.
    name: String,
    /// Its short code: at most 20 capital letters, digits and hyphens; no other branch may have it.
    code: String,
    /// Where it is, at most 500 characters.
    #[graphql(default)]
    address: String,
    /// Its telephone number.
    phone: Option<String>,
    /// Its address for mail.
    email: Option<String>,
    /// Its time zone, as Europe/Berlin.
    time_zone: Option<String>,
}

impl From<BranchCreateInput> for NewBranch {
    fn from(i: BranchCreateInput) -> Self {
        Self {
            region_id: i.region_id,
            name: i.name.trim().to_owned(),
            code: i.code,
            address: i.address,
            phone: i.phone,
            email: i.email,
            time_zone: i.time_zone,
        }
    }
}

/// A change of a branch. A key left out keeps its value; an explicit null clears it.
#[derive(InputObject)]
pub struct BranchUpdateInput {
    /// The region it is in.
    region_id: MaybeUndefined<RegionId>,
    /// What it is called.
    name: MaybeUndefined<String>,
    /// Its short code.
    code: MaybeUndefined<String>,
    /// Where it is; may be empty.
    address: MaybeUndefined<String>,
    /// Its telephone number.
    phone: MaybeUndefined<String>,
    /// Its address for mail.
    email: MaybeUndefined<String>,
    /// Its time zone.
    time_zone: MaybeUndefined<String>,
    /// Whether users and clients may be put into it. Those in it stay.
    is_active: MaybeUndefined<bool>,
}

impl TryFrom<BranchUpdateInput> for BranchPatch {
    type Error = AppError;

    fn try_from(i: BranchUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            region_id: clearable(i.region_id),
            name: required(&mut invalid, "input.name", i.name).map(|t| t.trim().to_owned()),
            code: required(&mut invalid, "input.code", i.code),
            address: required(&mut invalid, "input.address", i.address),
            phone: clearable(i.phone),
            email: clearable(i.email),
            time_zone: clearable(i.time_zone),
            is_active: required(&mut invalid, "input.isActive", i.is_active),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which branches. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct BranchFilter {
    /// All of these hold.
    and: Option<Vec<BranchFilter>>,
    /// At least one of these holds.
    or: Option<Vec<BranchFilter>>,
    /// This does not hold.
    not: Option<Box<BranchFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By code.
    code: Option<StringFilter>,
    /// By region.
    region_id: Option<IDFilter>,
    /// Only active branches (`true`), or only others (`false`).
    is_active: Option<bool>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for BranchFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<BranchId>("id", c::ID, &self.id);
        all.text("name", c::NAME, &self.name);
        all.text("code", c::CODE, &self.code);
        all.id::<RegionId>("regionId", c::REGION_ID, &self.region_id);
        all.flag(c::IS_ACTIVE, self.is_active);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What branches can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum BranchOrderField {
    /// What it is called.
    Name,
    /// Its short code.
    Code,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of branches.
#[derive(Debug, Clone, InputObject)]
pub struct BranchOrder {
    /// What to sort by.
    field: BranchOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for BranchOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            BranchOrderField::Name => c::NAME,
            BranchOrderField::Code => c::CODE,
            BranchOrderField::CreatedAt => c::CREATED_AT,
            BranchOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
