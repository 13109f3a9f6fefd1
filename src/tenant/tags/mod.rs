//! Tags: what clients and cases are marked with, in the tenant's own words.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{NewTag, Tag, TagId, TagPatch};
