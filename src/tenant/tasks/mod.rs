//! Tasks: what is to be done in a project, for a client or in a case, by whom and until when.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use columns::{ASSIGNED_TO, CASE_ID, CLIENT_ID, CREATED_BY, PROJECT_ID};
pub use model::{NewTask, Task, TaskId, TaskPatch, TaskPriority, TaskRow, TaskStatus, With};
