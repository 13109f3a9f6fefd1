//! Rows of `projects`, and the rules that need no database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::projects;
use crate::error::{Invalid, Problem, Result};
use crate::tenant::users::User;

crate::id!(/** A project. */ ProjectId, "project");

crate::column_enum! {
    /// Where a project stands.
    ProjectStatus: Text as &'static str {
        /// Not begun.
        Planned = "planned",
        /// Being worked on.
        Active = "active",
        /// Interrupted.
        OnHold = "on_hold",
        /// Finished.
        Completed = "completed",
        /// Put away; kept for the record.
        Archived = "archived",
    }
}

/// A project as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = projects)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub description: String,
    pub status: ProjectStatus,
    pub start_date: Option<NaiveDate>,
    pub due_date: Option<NaiveDate>,
    pub assigned_to: Option<UserId>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

impl Project {
    /// Whether its days are in order, of which a change may have brought only one.
    pub fn validate_days(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        days_in_order(&mut invalid, self.start_date, self.due_date);
        invalid.finish()
    }
}

/// Which relations are read together with the projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum With {
    Nothing,
    /// The assignee, by a join.
    Relations,
}

/// A project, and its relations if they were read along.
#[derive(Debug, Clone)]
pub struct ProjectRow {
    pub project: Project,
    /// `None`: not read along.
    pub relations: Option<Option<User>>,
}

/// A project to be added.
#[derive(Debug, Clone)]
pub struct NewProject {
    pub name: String,
    pub description: String,
    pub status: ProjectStatus,
    pub start_date: Option<NaiveDate>,
    pub due_date: Option<NaiveDate>,
    pub assigned_to: Option<UserId>,
}

impl NewProject {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 200);
        text::prose(&mut invalid, "input.description", &self.description, 20_000);
        days_in_order(&mut invalid, self.start_date, self.due_date);
        invalid.finish()
    }
}

/// `None` leaves a column alone; `Some(None)` clears it.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = projects)]
pub struct ProjectPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    pub status: Option<ProjectStatus>,
    pub start_date: Option<Option<NaiveDate>>,
    pub due_date: Option<Option<NaiveDate>>,
    pub assigned_to: Option<Option<UserId>>,
}

impl ProjectPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 200);
        }
        if let Some(description) = &self.description {
            text::prose(&mut invalid, "input.description", description, 20_000);
        }
        days_in_order(&mut invalid, self.start_date.flatten(), self.due_date.flatten());
        invalid.finish()
    }
}

fn days_in_order(invalid: &mut Invalid, start: Option<NaiveDate>, due: Option<NaiveDate>) {
    if let (Some(start), Some(due)) = (start, due)
        && due < start
    {
        invalid.push(Problem::Invalid, "input.dueDate", "is before the start");
    }
}
