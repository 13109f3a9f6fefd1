//! Sessions of a tenant's users.

pub mod entries;
pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::SessionId;
