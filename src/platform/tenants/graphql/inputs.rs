//! What callers say about tenants: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::{NewTenant, SubscriptionStatus, TenantPatch};
use crate::authz::Role;
use crate::base::ids::TenantId;
use crate::db::{Column, Sort};
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::{clearable, required};
use crate::platform::organizations::OrganizationId;
use crate::tenant::users::NewUser;

pub(super) const NAME: Column = Column::new("tenants", "name");
pub(super) const SCHEMA_NAME: Column = Column::new("tenants", "schema_name");
pub(super) const CREATED_AT: Column = Column::time("tenants", "created_at");
pub(super) const ORGANIZATION_ID: Column = Column::id("tenants", "organization_id").nullable();
const ID: Column = Column::id("tenants", "id");
const IS_ACTIVE: Column = Column::new("tenants", "is_active");
const SUBSCRIPTION_STATUS: Column = Column::new("tenants", "subscription_status");

/// A tenant to make.
#[derive(InputObject)]
pub struct TenantCreateInput {
    /// What it is called, in at most 100 characters.
    name: String,
    /// Its schema: a letter first, then `a-z`, `0-9` and `_`, at most 61. The prefix `t_` is put
    /// in front. It can't be changed later.
    schema_name: String,
    /// Whose it is. Platform administrators may leave it out: then it is the platform's own.
    organization_id: Option<OrganizationId>,
    /// Its own domain: `app.example.com`. Platform administrators only.
    domain: Option<String>,
    /// How many active users it may have; 50 when left out. Platform administrators only.
    max_users: Option<i32>,
    /// Its first user, who may do everything in it.
    owner: TenantOwnerInput,
}

/// The first user of a tenant.
#[derive(InputObject)]
pub struct TenantOwnerInput {
    /// Their address.
    email: String,
    /// 8 to 128 characters, not a common password, not the address.
    password: String,
    /// Given name.
    #[graphql(default)]
    first_name: String,
    /// Family name.
    #[graphql(default)]
    last_name: String,
}

impl From<TenantCreateInput> for NewTenant {
    fn from(i: TenantCreateInput) -> Self {
        Self {
            name: i.name,
            organization: i.organization_id,
            schema_name: i.schema_name,
            domain: i.domain.map(|d| d.trim().to_lowercase()),
            max_users: i.max_users,
            owner: NewUser {
                email: i.owner.email.trim().to_owned(),
                username: None,
                first_name: i.owner.first_name,
                last_name: i.owner.last_name,
                role: Role::Owner,
                password: i.owner.password,
            },
        }
    }
}

/// A change of a tenant. A key left out keeps its value.
#[derive(InputObject)]
pub struct TenantUpdateInput {
    /// What it is called.
    name: MaybeUndefined<String>,
    /// Whether its users can work. Platform administrators only, like all below.
    is_active: MaybeUndefined<bool>,
    /// How it pays.
    subscription_status: MaybeUndefined<SubscriptionStatus>,
    /// How many active users it may have.
    max_users: MaybeUndefined<i32>,
    /// Whose it is; null: the platform's own.
    organization_id: MaybeUndefined<OrganizationId>,
}

impl TryFrom<TenantUpdateInput> for TenantPatch {
    type Error = AppError;

    fn try_from(i: TenantUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let status = i.subscription_status;
        let patch = Self {
            name: required(&mut invalid, "input.name", i.name),
            is_active: required(&mut invalid, "input.isActive", i.is_active),
            subscription_status: required(&mut invalid, "input.subscriptionStatus", status),
            max_users: required(&mut invalid, "input.maxUsers", i.max_users),
            organization_id: clearable(i.organization_id),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

crate::enum_filter!(
    /// Conditions on how a tenant pays.
    SubscriptionStatusFilter, SubscriptionStatus, text
);

/// Which tenants. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct TenantFilter {
    /// All of these hold.
    and: Option<Vec<TenantFilter>>,
    /// At least one of these holds.
    or: Option<Vec<TenantFilter>>,
    /// This does not hold.
    not: Option<Box<TenantFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By whose it is.
    organization_id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By the schema's name.
    schema_name: Option<StringFilter>,
    /// Only active tenants (`true`), or only others (`false`).
    is_active: Option<bool>,
    /// By how they pay.
    subscription_status: Option<SubscriptionStatusFilter>,
    /// By the time they were made.
    created_at: Option<DateTimeFilter>,
}

impl Filter for TenantFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<TenantId>("id", ID, &self.id);
        all.id::<OrganizationId>("organizationId", ORGANIZATION_ID, &self.organization_id);
        all.text("name", NAME, &self.name);
        all.text("schemaName", SCHEMA_NAME, &self.schema_name);
        all.flag(IS_ACTIVE, self.is_active);
        SubscriptionStatusFilter::conditions(&self.subscription_status, SUBSCRIPTION_STATUS, all);
        all.time(CREATED_AT, &self.created_at);
    }
}

/// What tenants can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum TenantOrderField {
    /// What it is called.
    Name,
    /// Its schema's name.
    SchemaName,
    /// When it was made.
    CreatedAt,
}

/// One part of an ordering of tenants.
#[derive(Debug, Clone, InputObject)]
pub struct TenantOrder {
    /// What to sort by.
    field: TenantOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for TenantOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            TenantOrderField::Name => NAME,
            TenantOrderField::SchemaName => SCHEMA_NAME,
            TenantOrderField::CreatedAt => CREATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
