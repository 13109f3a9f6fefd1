//! Rows of `groups`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::groups;
use crate::error::{Invalid, Result};
use crate::tenant::permissions::HeldPermission;

crate::id!(/** A group of users. */ GroupId, "group");

/// A group as stored.
#[derive(Debug, Clone, Queryable, Selectable, serde::Serialize)]
#[diesel(table_name = groups)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub description: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// A group to be added.
#[derive(Debug, Clone)]
pub struct NewGroup {
    pub name: String,
    pub description: String,
    pub permissions: Vec<HeldPermission>,
    pub members: Vec<UserId>,
}

impl NewGroup {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        text::prose(&mut invalid, "input.description", &self.description, 2_000);
        invalid.finish()
    }
}

/// `None` leaves something alone.
#[derive(Debug, Default, Clone)]
pub struct GroupPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    /// All that the group is to hold.
    pub permissions: Option<Vec<HeldPermission>>,
}

impl GroupPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 100);
        }
        let description = self.description.as_deref().unwrap_or_default();
        text::prose(&mut invalid, "input.description", description, 2_000);
        invalid.finish()
    }
}
