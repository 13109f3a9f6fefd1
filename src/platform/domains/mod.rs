//! Domains: the host names that lead to tenants.

pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use loader::OfTenant;
pub use model::{Domain, DomainId, check};
