//! Rows of `organization_members`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::authz::{OperatorId, OrganizationRole};
use crate::base::text;
use crate::db::schema::platform::{operators, organization_members};
use crate::error::{Invalid, Result};
use crate::platform::organizations::OrganizationId;

crate::id!(/** A membership in an organization. */ MemberId, "organization_member");

/// A membership as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = organization_members)]
pub struct Membership {
    pub id: MemberId,
    pub organization_id: OrganizationId,
    pub operator_id: OperatorId,
    pub role: OrganizationRole,
    pub created_at: DateTime<Utc>,
}

/// What other members see of an operator.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = operators)]
pub struct Person {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub is_active: bool,
}

/// A membership, and who it is.
#[derive(Debug, Clone, Queryable)]
pub struct Member {
    pub membership: Membership,
    pub person: Person,
}

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewMember {
    pub organization: OrganizationId,
    pub email: String,
    pub role: OrganizationRole,
}

impl NewMember {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::email(&mut invalid, "input.email", &self.email);
        invalid.finish()
    }
}
