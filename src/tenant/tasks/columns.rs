//! The columns of `tasks` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;
use crate::tenant::clients;
use crate::tenant::places::PlaceColumns;

pub const ID: Column = Column::id("tasks", "id");
pub const PROJECT_ID: Column = Column::id("tasks", "project_id").nullable();
pub const CLIENT_ID: Column = Column::id("tasks", "client_id").nullable();
pub const CASE_ID: Column = Column::id("tasks", "case_id").nullable();
pub const TITLE: Column = Column::new("tasks", "title");
pub const DESCRIPTION: Column = Column::new("tasks", "description");
pub const STATUS: Column = Column::new("tasks", "status");
pub const PRIORITY: Column = Column::int("tasks", "priority");
pub const DUE_DATE: Column = Column::day("tasks", "due_date").nullable();
pub const COMPLETED_AT: Column = Column::time("tasks", "completed_at").nullable();
pub const ASSIGNED_TO: Column = Column::id("tasks", "assigned_to").nullable();
pub const CREATED_AT: Column = Column::time("tasks", "created_at");
pub const UPDATED_AT: Column = Column::time("tasks", "updated_at");
pub const CREATED_BY: Column = Column::id("tasks", "created_by").nullable();

/// Whose a task is, and what a grant on it may be given on.
pub const ROWS: Rows = Rows {
    kind: "task",
    id: ID,
    owners: &[ASSIGNED_TO, CREATED_BY],
    containers: &[("project", PROJECT_ID), ("client", CLIENT_ID), ("case", CASE_ID)],
    branch: Some(clients::branch_of(CLIENT_ID)),
};

/// What such a row lies in.
pub const PLACE: PlaceColumns =
    PlaceColumns { project: Some(PROJECT_ID), client: CLIENT_ID, case: CASE_ID };
