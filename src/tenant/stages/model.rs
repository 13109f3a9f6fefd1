//! Rows of `stages`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::stages;
use crate::error::{Invalid, Problem, Result};

crate::id!(/** A stage. */ StageId, "stage");

crate::column_enum! {
    /// What goes through a stage.
    StageKind: Text as &'static str {
        /// Clients.
        Client = "client",
        /// Cases.
        Case = "case",
    }
}

crate::column_enum! {
    /// Whether a stage is an end, and which.
    StageOutcome: Text as &'static str {
        /// It goes on from here.
        Open = "open",
        /// A good end.
        Won = "won",
        /// Another end.
        Lost = "lost",
    }
}

/// A stage as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = stages)]
pub struct Stage {
    pub id: StageId,
    pub kind: StageKind,
    pub name: String,
    pub position: i32,
    pub colour: String,
    pub outcome: StageOutcome,
    pub is_default: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// A stage to be added, behind those that there are.
#[derive(Debug, Clone)]
pub struct NewStage {
    pub kind: StageKind,
    pub name: String,
    pub colour: String,
    pub outcome: StageOutcome,
}

impl NewStage {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        text::colour(&mut invalid, "input.colour", &self.colour);
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = stages)]
pub struct StagePatch {
    pub name: Option<String>,
    pub colour: Option<String>,
    pub outcome: Option<StageOutcome>,
    pub is_default: Option<bool>,
}

impl StagePatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 100);
        }
        if let Some(colour) = &self.colour {
            text::colour(&mut invalid, "input.colour", colour);
        }
        if self.is_default == Some(false) {
            let why = "make another stage the one where new ones begin";
            invalid.push(Problem::NotAllowed, "input.isDefault", why);
        }
        invalid.finish()
    }
}
