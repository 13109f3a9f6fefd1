//! The columns of `tasks` that callers may filter and sort by.

use crate::db::Column;

pub const ID: Column = Column::new("tasks", "id");
pub const PROJECT_ID: Column = Column::new("tasks", "project_id");
pub const TITLE: Column = Column::new("tasks", "title");
pub const DESCRIPTION: Column = Column::new("tasks", "description");
pub const STATUS: Column = Column::new("tasks", "status");
pub const PRIORITY: Column = Column::new("tasks", "priority");
pub const DUE_DATE: Column = Column::new("tasks", "due_date").nullable();
pub const COMPLETED_AT: Column = Column::new("tasks", "completed_at").nullable();
pub const ASSIGNED_TO: Column = Column::new("tasks", "assigned_to").nullable();
pub const CREATED_AT: Column = Column::new("tasks", "created_at");
pub const UPDATED_AT: Column = Column::new("tasks", "updated_at");
pub const CREATED_BY: Column = Column::new("tasks", "created_by").nullable();
