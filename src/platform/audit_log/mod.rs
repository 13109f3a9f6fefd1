//! The record of changes to the platform, for platform administrators.

pub mod graphql;
pub mod service;
