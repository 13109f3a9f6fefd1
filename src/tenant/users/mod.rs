//! Users: the people who work in a tenant. Each tenant has its own; an address that is a user of
//! two tenants is two users.

pub mod graphql;
pub mod linked;
mod loader;
mod model;
pub mod provided;
pub mod service;
pub mod service_accounts;
mod store;
pub mod told;

pub use model::{Credentials, NewUser, User, UserKind, UserPatch};
