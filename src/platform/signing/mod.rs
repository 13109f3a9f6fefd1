//! Keys that sign access tokens, made by rotations and shared by all processes. What they sign is
//! in `auth`.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{KeyState, SigningKey};
