//! Projects: what a tenant works on. A project has tasks and documents, and they share its fate
//! when it goes into the trash.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
pub mod statistics;
mod store;

pub use columns::{ASSIGNED_TO, CREATED_BY};
pub use model::{NewProject, Project, ProjectId, ProjectPatch, ProjectRow, ProjectStatus, With};
