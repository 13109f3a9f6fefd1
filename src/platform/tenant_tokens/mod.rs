//! The way from the platform into a tenant: a session there for the one here.

pub mod graphql;
pub mod service;
mod store;
