//! Rows of `tenants`, and the rules that need no database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::TenantId;
use crate::base::text;
use crate::db::TenantSchema;
use crate::db::schema::platform::tenants;
use crate::error::{Invalid, Problem, Result};
use crate::platform::organizations::OrganizationId;
use crate::tenant::users::NewUser;

crate::column_enum! {
    /// How a tenant pays.
    SubscriptionStatus: Text as &'static str {
        /// Trying it out.
        Trial = "trial",
        /// Paying.
        Active = "active",
        /// A payment is late.
        PastDue = "past_due",
        /// Ended.
        Cancelled = "cancelled",
    }
}

/// A tenant as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = tenants)]
pub struct TenantRecord {
    pub id: TenantId,
    pub organization_id: Option<OrganizationId>,
    pub schema_name: String,
    pub name: String,
    pub created_on: NaiveDate,
    pub is_active: bool,
    pub subscription_status: SubscriptionStatus,
    pub max_users: i32,
    pub shard: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

const ADMINISTRATORS_DECIDE: &str = "is decided by the platform's administrators";

/// A tenant to be made.
#[derive(Debug, Clone)]
pub struct NewTenant {
    pub name: String,
    /// Whose it is; the platform's own without one.
    pub organization: Option<OrganizationId>,
    /// With or without its prefix.
    pub schema_name: String,
    /// Its own domain, if it has one already.
    pub domain: Option<String>,
    pub max_users: Option<i32>,
    pub owner: NewUser,
}

impl NewTenant {
    /// Fails if something is asked for that only the platform's administrators decide about. A
    /// domain is among it: nobody has shown yet whose it is.
    pub fn within_organization(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        for (field, given) in
            [("input.domain", self.domain.is_some()), ("input.maxUsers", self.max_users.is_some())]
        {
            if given {
                invalid.push(Problem::NotAllowed, field, ADMINISTRATORS_DECIDE);
            }
        }
        invalid.finish()
    }

    /// The schema's name, or everything that is wrong.
    pub fn validate(&self) -> Result<TenantSchema> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        let schema = TenantSchema::parse(&self.schema_name);
        if schema.is_none() {
            let why = "has to begin with a letter, to hold up to 61 of a-z, 0-9 and _, and not \
                       to end with _";
            invalid.push(Problem::Invalid, "input.schemaName", why);
        }
        if let Some(domain) = &self.domain {
            crate::platform::domains::check(&mut invalid, "input.domain", domain);
        }
        if self.max_users.is_some_and(|n| n < 1) {
            invalid.push(Problem::Invalid, "input.maxUsers", "has to be at least 1");
        }
        if let Err(crate::error::AppError::Invalid(of_owner)) = self.owner.validate() {
            for mut fault in of_owner.0 {
                fault.field.insert(1, "owner".to_owned());
                invalid.0.push(fault);
            }
        }
        match schema {
            Some(schema) if invalid.0.is_empty() => Ok(schema),
            _ => Err(invalid.into()),
        }
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = tenants)]
pub struct TenantPatch {
    pub name: Option<String>,
    pub is_active: Option<bool>,
    pub subscription_status: Option<SubscriptionStatus>,
    pub max_users: Option<i32>,
    /// `Some(None)`: it belongs to none any more.
    pub organization_id: Option<Option<OrganizationId>>,
}

impl TenantPatch {
    /// Fails if something is to be changed that only the platform's administrators decide about.
    pub fn within_organization(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        for (field, given) in [
            ("input.isActive", self.is_active.is_some()),
            ("input.subscriptionStatus", self.subscription_status.is_some()),
            ("input.maxUsers", self.max_users.is_some()),
            ("input.organizationId", self.organization_id.is_some()),
        ] {
            if given {
                invalid.push(Problem::NotAllowed, field, ADMINISTRATORS_DECIDE);
            }
        }
        invalid.finish()
    }

    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 100);
        }
        if self.max_users.is_some_and(|n| n < 1) {
            invalid.push(Problem::Invalid, "input.maxUsers", "has to be at least 1");
        }
        invalid.finish()
    }
}
