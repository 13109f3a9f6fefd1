//! What callers say about groups: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{GroupId, GroupPatch, NewGroup};
use crate::base::ids::UserId;
use crate::db::Sort;
use crate::error::{AppError, Invalid};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;
use crate::tenant::permissions::graphql::{HeldPermissionInput, held};

/// A group to add.
#[derive(InputObject)]
pub struct GroupCreateInput {
    /// Its name; no other group may have it.
    name: String,
    /// What it is for.
    #[graphql(default)]
    description: String,
    /// What it gives to its members. You can only give what you hold yourself.
    #[graphql(default)]
    permissions: Vec<HeldPermissionInput>,
    /// Who is in it from the start, at most 100.
    #[graphql(default)]
    member_ids: Vec<UserId>,
}

impl From<GroupCreateInput> for NewGroup {
    fn from(i: GroupCreateInput) -> Self {
        Self {
            name: i.name.trim().to_owned(),
            description: i.description,
            permissions: held(i.permissions),
            members: i.member_ids,
        }
    }
}

/// A change of a group. A key left out keeps its value.
#[derive(InputObject)]
pub struct GroupUpdateInput {
    /// Its name; no other group may have it.
    name: MaybeUndefined<String>,
    /// What it is for; may be empty.
    description: MaybeUndefined<String>,
    /// All that it gives to its members from now on.
    permissions: MaybeUndefined<Vec<HeldPermissionInput>>,
}

impl TryFrom<GroupUpdateInput> for GroupPatch {
    type Error = AppError;

    fn try_from(i: GroupUpdateInput) -> Result<Self, AppError> {
        let mut invalid = Invalid::default();
        let name = required(&mut invalid, "input.name", i.name);
        let patch = Self {
            name: name.map(|name| name.trim().to_owned()),
            description: required(&mut invalid, "input.description", i.description),
            permissions: required(&mut invalid, "input.permissions", i.permissions).map(held),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which groups. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct GroupFilter {
    /// All of these hold.
    and: Option<Vec<GroupFilter>>,
    /// At least one of these holds.
    or: Option<Vec<GroupFilter>>,
    /// This does not hold.
    not: Option<Box<GroupFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By description.
    description: Option<StringFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of its last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for GroupFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<GroupId>("id", c::ID, &self.id);
        all.text("name", c::NAME, &self.name);
        all.text("description", c::DESCRIPTION, &self.description);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What groups can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum GroupOrderField {
    /// Name.
    Name,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of groups.
#[derive(Debug, Clone, InputObject)]
pub struct GroupOrder {
    /// What to sort by.
    field: GroupOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for GroupOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            GroupOrderField::Name => c::NAME,
            GroupOrderField::CreatedAt => c::CREATED_AT,
            GroupOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
