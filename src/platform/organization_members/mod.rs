//! Who belongs to an organization, and what they are in it.

pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use loader::RoleOf;
pub use model::{Member, MemberId, NewMember};
