//! Events in the API: what happened to a tenant's entities.

mod columns;
pub mod graphql;
mod loader;
pub mod service;
