//! Rows of `tasks`, and the rules that need no database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::tasks;
use crate::error::{Invalid, Result};
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;
use crate::tenant::places::{Place, PlaceChange};
use crate::tenant::projects::{Project, ProjectId};
use crate::tenant::users::User;

crate::id!(/** A task. */ TaskId, "task");

crate::column_enum! {
    /// How far a task is.
    TaskStatus: Text as &'static str {
        /// Not begun.
        Todo = "todo",
        /// Somebody is at it.
        InProgress = "in_progress",
        /// Done, and being looked over.
        InReview = "in_review",
        /// Finished.
        Done = "done",
        /// Given up.
        Cancelled = "cancelled",
    }
}

crate::column_enum! {
    /// How urgent a task is.
    TaskPriority: Integer as i32 {
        /// When there is time.
        Low = 0,
        /// As usual.
        Medium = 1,
        /// Before others.
        High = 2,
        /// Now.
        Urgent = 3,
    }
}

#[expect(clippy::derivable_impls, reason = "the macro writes the enumeration")]
impl Default for TaskPriority {
    fn default() -> Self {
        Self::Medium
    }
}

/// A task as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = tasks)]
pub struct Task {
    pub id: TaskId,
    pub project_id: Option<ProjectId>,
    pub client_id: Option<ClientId>,
    pub case_id: Option<CaseId>,
    pub title: String,
    pub description: String,
    pub status: TaskStatus,
    pub priority: TaskPriority,
    pub due_date: Option<NaiveDate>,
    pub completed_at: Option<DateTime<Utc>>,
    pub assigned_to: Option<UserId>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// Which relations are read together with the tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum With {
    Nothing,
    /// Project and assignee, by joins.
    Relations,
}

/// A task, and its relations if they were read along.
#[derive(Debug, Clone)]
pub struct TaskRow {
    pub task: Task,
    /// `None`: not read along.
    pub relations: Option<(Option<Project>, Option<User>)>,
}

/// A task to be added.
#[derive(Debug, Clone)]
pub struct NewTask {
    pub project_id: Option<ProjectId>,
    pub client_id: Option<ClientId>,
    pub case_id: Option<CaseId>,
    pub title: String,
    pub description: String,
    pub status: TaskStatus,
    pub priority: TaskPriority,
    pub due_date: Option<NaiveDate>,
    pub assigned_to: Option<UserId>,
}

impl NewTask {
    /// Where it is to lie.
    pub fn place(&self) -> Place {
        Place { project: self.project_id, client: self.client_id, case: self.case_id }
    }

    /// The same, to lie there.
    #[must_use]
    pub fn at(&self, place: Place) -> Self {
        let Place { project, client, case } = place;
        Self { project_id: project, client_id: client, case_id: case, ..self.clone() }
    }

    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.title", &self.title, 200);
        text::prose(&mut invalid, "input.description", &self.description, 20_000);
        invalid.finish()
    }
}

/// `None` leaves a column alone; `Some(None)` clears it.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = tasks)]
pub struct TaskPatch {
    pub project_id: Option<Option<ProjectId>>,
    pub client_id: Option<Option<ClientId>>,
    pub case_id: Option<Option<CaseId>>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub status: Option<TaskStatus>,
    pub priority: Option<TaskPriority>,
    pub due_date: Option<Option<NaiveDate>>,
    pub assigned_to: Option<Option<UserId>>,
}

impl TaskPatch {
    /// Where it moves to.
    pub fn place(&self) -> PlaceChange {
        PlaceChange { project: self.project_id, client: self.client_id, case: self.case_id }
    }

    /// The same, but moving there.
    #[must_use]
    pub fn moving(self, place: PlaceChange) -> Self {
        let PlaceChange { project, client, case } = place;
        Self { project_id: project, client_id: client, case_id: case, ..self }
    }

    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            text::line(&mut invalid, "input.title", title, 200);
        }
        if let Some(description) = &self.description {
            text::prose(&mut invalid, "input.description", description, 20_000);
        }
        invalid.finish()
    }
}
