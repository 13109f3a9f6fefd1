//! Sessions of a tenant's users. A session is a family of refresh tokens: each use replaces the
//! token, and a second use of a replaced one ends the session.

pub mod service;
mod store;
