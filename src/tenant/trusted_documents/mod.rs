//! GraphQL documents that are registered beforehand: clients run them by their id, and a tenant may
//! allow no others.

mod columns;
pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{NewTrustedDocument, TrustedDocument, TrustedDocumentId, sha256};
