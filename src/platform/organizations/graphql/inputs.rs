//! What callers say about organizations: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::{NewOrganization, OrganizationId, OrganizationPatch};
use crate::db::{Column, Sort};
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;

pub(super) const ID: Column = Column::id("organizations", "id");
pub(super) const NAME: Column = Column::new("organizations", "name");
pub(super) const CREATED_AT: Column = Column::time("organizations", "created_at");

/// An organization to make.
#[derive(InputObject)]
pub struct OrganizationCreateInput {
    /// What it is called, in at most 100 characters.
    name: String,
    /// How many tenants it may have; 10 when left out.
    max_tenants: Option<i32>,
    /// The address of the operator who is its first owner.
    owner_email: String,
}

impl From<OrganizationCreateInput> for NewOrganization {
    fn from(i: OrganizationCreateInput) -> Self {
        Self {
            name: i.name.trim().to_owned(),
            max_tenants: i.max_tenants,
            owner_email: i.owner_email.trim().to_owned(),
        }
    }
}

/// A change of an organization. A key left out keeps its value.
#[derive(InputObject)]
pub struct OrganizationUpdateInput {
    /// What it is called.
    name: MaybeUndefined<String>,
    /// How many tenants it may have. Platform administrators only.
    max_tenants: MaybeUndefined<i32>,
}

impl TryFrom<OrganizationUpdateInput> for OrganizationPatch {
    type Error = AppError;

    fn try_from(i: OrganizationUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let name = required(&mut invalid, "input.name", i.name);
        let patch = Self {
            name: name.map(|name| name.trim().to_owned()),
            max_tenants: required(&mut invalid, "input.maxTenants", i.max_tenants),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which organizations. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct OrganizationFilter {
    /// All of these hold.
    and: Option<Vec<OrganizationFilter>>,
    /// At least one of these holds.
    or: Option<Vec<OrganizationFilter>>,
    /// This does not hold.
    not: Option<Box<OrganizationFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By the time they were made.
    created_at: Option<DateTimeFilter>,
}

impl Filter for OrganizationFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<OrganizationId>("id", ID, &self.id);
        all.text("name", NAME, &self.name);
        all.time(CREATED_AT, &self.created_at);
    }
}

/// What organizations can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum OrganizationOrderField {
    /// What it is called.
    Name,
    /// When it was made.
    CreatedAt,
}

/// One part of an ordering of organizations.
#[derive(Debug, Clone, InputObject)]
pub struct OrganizationOrder {
    /// What to sort by.
    field: OrganizationOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for OrganizationOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            OrganizationOrderField::Name => NAME,
            OrganizationOrderField::CreatedAt => CREATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
