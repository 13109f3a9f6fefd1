//! What proves itself by mail: a forgotten password, and another address.

pub mod graphql;
mod letter;
mod model;
pub mod service;
mod store;
