//! Sessions of a tenant's users.

pub mod service;
mod store;
