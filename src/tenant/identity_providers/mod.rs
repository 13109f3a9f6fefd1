//! Providers that people may sign in with instead of a password (OpenID Connect): set up by owners,
//! and the way there and back. Whose account it opens is in `user_identities`, the protocol in
//! `auth::oidc`, the mutations of the sign-in beside the other ones in `platform`.

mod asking;
pub mod check;
mod columns;
pub mod graphql;
mod model;
mod redirects;
pub mod service;
pub mod sign_in;
mod store;

pub use model::{IdentityProvider, IdentityProviderId, Secret, Settings, SettingsPatch};
