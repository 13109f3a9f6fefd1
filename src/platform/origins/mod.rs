//! Origins: from which other sites' pages a tenant's API may be called. Owners keep the list.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::MAX_ORIGINS;
