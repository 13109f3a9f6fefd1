//! Permissions beyond a user's role: what there are, who was given which directly, and grants on
//! single objects. Groups are a slice of their own.

pub mod catalog;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{
    HeldPermission, Holder, NewObjectPermissions, ObjectPermission, ObjectPermissionId,
};
