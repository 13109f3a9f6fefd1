//! Domains: the host names that lead to tenants.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{Domain, DomainId, check};
