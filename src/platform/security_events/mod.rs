//! Security events of the platform, and of hosts that lead nowhere; for platform administrators.

pub mod graphql;
pub mod service;
