//! What callers say about members: inputs, filter, order.

use async_graphql::{Enum, InputObject};

use super::super::{MemberId, NewMember};
use crate::authz::OrganizationRole;
use crate::db::{Column, Sort};
use crate::graphql::filter::{Conditions, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::platform::organizations::OrganizationId;

pub(super) const ID: Column = Column::id("organization_members", "id");
pub(super) const ORGANIZATION_ID: Column = Column::id("organization_members", "organization_id");
pub(super) const CREATED_AT: Column = Column::time("organization_members", "created_at");
pub(super) const EMAIL: Column = Column::new("operators", "email");
pub(super) const FIRST_NAME: Column = Column::new("operators", "first_name");
pub(super) const LAST_NAME: Column = Column::new("operators", "last_name");
const ROLE: Column = Column::new("organization_members", "role");

/// Somebody to add to an organization.
#[derive(InputObject)]
pub struct OrganizationMemberAddInput {
    /// The organization.
    organization_id: OrganizationId,
    /// The address of an operator.
    email: String,
    /// What they are in it.
    #[graphql(default_with = "OrganizationRole::Member")]
    role: OrganizationRole,
}

impl From<OrganizationMemberAddInput> for NewMember {
    fn from(i: OrganizationMemberAddInput) -> Self {
        Self { organization: i.organization_id, email: i.email.trim().to_owned(), role: i.role }
    }
}

crate::enum_filter!(
    /// Conditions on what somebody is in an organization.
    OrganizationRoleFilter, OrganizationRole, text
);

/// Which members. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct OrganizationMemberFilter {
    /// All of these hold.
    and: Option<Vec<OrganizationMemberFilter>>,
    /// At least one of these holds.
    or: Option<Vec<OrganizationMemberFilter>>,
    /// This does not hold.
    not: Option<Box<OrganizationMemberFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By what they are in it.
    role: Option<OrganizationRoleFilter>,
    /// By address.
    email: Option<StringFilter>,
}

impl Filter for OrganizationMemberFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<MemberId>("id", ID, &self.id);
        OrganizationRoleFilter::conditions(&self.role, ROLE, all);
        all.text("email", EMAIL, &self.email);
    }
}

/// What members can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum OrganizationMemberOrderField {
    /// Address.
    Email,
    /// Family name.
    LastName,
    /// When they were added.
    CreatedAt,
}

/// One part of an ordering of members.
#[derive(Debug, Clone, InputObject)]
pub struct OrganizationMemberOrder {
    /// What to sort by.
    field: OrganizationMemberOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for OrganizationMemberOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            OrganizationMemberOrderField::Email => EMAIL,
            OrganizationMemberOrderField::LastName => LAST_NAME,
            OrganizationMemberOrderField::CreatedAt => CREATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
