//! API keys: what programs show in place of a session. A key acts for a user or a service account,
//! within its scopes. What its secret looks like is in `auth`, what it may do in `authz`.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{ApiKey, ApiKeyId, ClientToken, NewApiKey};
