//! The second proof at sign-in: codes of an app, codes on paper, and who has to have them.

pub mod graphql;
mod model;
pub mod policy;
pub mod service;
pub mod sign_in;
mod store;

pub use model::{Proof, SecurityPolicy};
