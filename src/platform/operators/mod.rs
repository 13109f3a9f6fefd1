//! Operators: the people who run the installation. They are no tenant's users.

pub mod graphql;
mod model;
pub mod service;
mod sessions;
mod store;

pub use model::{NewOperator, Operator};
