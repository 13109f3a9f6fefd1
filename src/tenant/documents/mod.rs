//! Documents: files of a project, or of the tenant as a whole. Here is what is known of a file; its
//! bytes are kept elsewhere.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use columns::{ASSIGNED_TO, CASE_ID, CLIENT_ID, CREATED_BY, PROJECT_ID};
pub use model::{Document, DocumentId, DocumentPatch, DocumentRow, NewDocument, With};
