//! Signing in with a provider, in the API: the buttons, the way there, the way back. Which tenant it
//! is about is found as in `tokens`; what happens there is the tenant's.

pub mod graphql;
pub mod service;
