//! Branches: where a tenant works. Users and clients belong to one; a permission may be limited to
//! what is of the user's branch, or of its region.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{Branch, BranchId, BranchPatch, NewBranch};
