//! The columns of `projects` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;

pub const ID: Column = Column::id("projects", "id");
pub const NAME: Column = Column::new("projects", "name");
pub const DESCRIPTION: Column = Column::new("projects", "description");
pub const STATUS: Column = Column::new("projects", "status");
pub const START_DATE: Column = Column::day("projects", "start_date").nullable();
pub const DUE_DATE: Column = Column::day("projects", "due_date").nullable();
pub const ASSIGNED_TO: Column = Column::id("projects", "assigned_to").nullable();
pub const CREATED_AT: Column = Column::time("projects", "created_at");
pub const UPDATED_AT: Column = Column::time("projects", "updated_at");
pub const DELETED_AT: Column = Column::time("projects", "deleted_at").nullable();
pub const CREATED_BY: Column = Column::id("projects", "created_by").nullable();

/// Whose a project is, and what a grant on it may be given on.
pub const ROWS: Rows = Rows {
    kind: "project",
    id: ID,
    owners: &[ASSIGNED_TO, CREATED_BY],
    containers: &[],
    branch: None,
};
