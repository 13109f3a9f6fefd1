//! Tokens: signing in, staying signed in and signing out, for tenants' users and for operators.
//! Which of the two is decided by the host, and on a platform host by the input.

pub mod graphql;
pub mod service;
