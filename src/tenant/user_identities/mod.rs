//! Whom the sign-in providers of a tenant know: which account each of their identities opens.

pub mod claimed;
pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{Identity, UserIdentity, UserIdentityId};
