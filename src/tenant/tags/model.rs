//! Rows of `tags`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::tags;
use crate::error::{Invalid, Result};

crate::id!(/** A tag. */ TagId, "tag");

/// A tag as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = tags)]
pub struct Tag {
    pub id: TagId,
    pub name: String,
    pub colour: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// A tag to be added.
#[derive(Debug, Clone)]
pub struct NewTag {
    pub name: String,
    pub colour: String,
}

impl NewTag {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 50);
        text::colour(&mut invalid, "input.colour", &self.colour);
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = tags)]
pub struct TagPatch {
    pub name: Option<String>,
    pub colour: Option<String>,
}

impl TagPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 50);
        }
        if let Some(colour) = &self.colour {
            text::colour(&mut invalid, "input.colour", colour);
        }
        invalid.finish()
    }
}
