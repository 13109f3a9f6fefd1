//! Groups: users who hold the same permissions, beside what their roles give them.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{Group, GroupId, GroupPatch, NewGroup};
