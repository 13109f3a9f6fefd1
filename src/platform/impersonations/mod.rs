//! Platform administrators who act in the place of a tenant's user: for a while, for a reason, and
//! on the record of both sides.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{Impersonation, ImpersonationId, NewImpersonation};
