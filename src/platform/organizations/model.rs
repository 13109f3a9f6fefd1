//! Rows of `organizations`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::text;
use crate::db::schema::platform::organizations;
use crate::error::{Invalid, Problem, Result};

crate::id!(/** An organization. */ OrganizationId, "organization");

/// An organization as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = organizations)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    pub max_tenants: i32,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An organization to be made.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub name: String,
    pub max_tenants: Option<i32>,
    /// The address of the operator who is its first owner.
    pub owner_email: String,
}

impl NewOrganization {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        limit(&mut invalid, self.max_tenants);
        text::email(&mut invalid, "input.ownerEmail", &self.owner_email);
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = organizations)]
pub struct OrganizationPatch {
    pub name: Option<String>,
    pub max_tenants: Option<i32>,
}

impl OrganizationPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 100);
        }
        limit(&mut invalid, self.max_tenants);
        invalid.finish()
    }
}

fn limit(invalid: &mut Invalid, max_tenants: Option<i32>) {
    if max_tenants.is_some_and(|n| n < 0) {
        invalid.push(Problem::Invalid, "input.maxTenants", "can't be below 0");
    }
}
