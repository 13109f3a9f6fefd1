//! Operators: the platform's users, who run the installation or an organization of tenants. They
//! are no tenant's users.

pub mod graphql;
mod model;
pub mod service;
mod sessions;
mod store;

pub use model::{NewOperator, Operator, OperatorPatch, OperatorSessionId};
