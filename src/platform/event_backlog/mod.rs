//! Which tenants have work for workers, such as events to handle, and whether there is any work at
//! all. Workers look here instead of into every schema, so that tenants in which nothing happens
//! cost nothing.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{Processing, Taken};
