//! The record of changes of a tenant, for its owners.

pub mod graphql;
pub mod service;
