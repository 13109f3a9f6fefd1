//! Rows of `regions`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::regions;
use crate::error::{Invalid, Result};

crate::id!(/** A region. */ RegionId, "region");

/// A region as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = regions)]
pub struct Region {
    pub id: RegionId,
    pub name: String,
    pub code: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// A region to be added.
#[derive(Debug, Clone)]
pub struct NewRegion {
    pub name: String,
    pub code: String,
}

impl NewRegion {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        text::code(&mut invalid, "input.code", &self.code);
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = regions)]
pub struct RegionPatch {
    pub name: Option<String>,
    pub code: Option<String>,
}

impl RegionPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 100);
        }
        if let Some(code) = &self.code {
            text::code(&mut invalid, "input.code", code);
        }
        invalid.finish()
    }
}
