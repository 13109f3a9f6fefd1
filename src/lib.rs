//! Taruvi: a multi-tenant GraphQL backend with a PostgreSQL schema for each tenant.
//!
//! The rooms, lowest first; each uses those above it in this list and none below:
//!
//! 1. [`error`], [`base`]: what everything needs.
//! 2. [`config`]: the only reader of the environment.
//! 3. [`db`], [`telemetry`]: connections pinned to one schema; logs.
//! 4. [`redis`], [`bus`], [`embedded`], [`mail`], [`outbound`], [`limits`], [`auth`]: no tables.
//! 5. [`tenancy`], [`authz`], [`audit`], [`security`], [`events`], [`live`]: which tenant, what may
//!    be done, what was done, and telling of it.
//! 6. [`ctx`]: one operation.
//! 7. [`graphql`], [`sessions`]: how things look in the API; staying signed in.
//! 8. [`tenant`]: the slices on a tenant's schema.
//! 9. [`platform`]: the slices on the platform's tables.
//! 10. [`worker`]: handling events.
//! 11. [`registry`]: the list of slices, and the schema made of them.
//! 12. [`http`]: the server.
//! 13. [`cli`]: the commands.

#![forbid(unsafe_code)]
#![recursion_limit = "512"]

pub mod audit;
pub mod auth;
pub mod authz;
pub mod base;
pub mod bus;
pub mod cli;
pub mod config;
pub mod ctx;
pub mod db;
pub mod embedded;
pub mod error;
pub mod events;
pub mod graphql;
pub mod http;
pub mod limits;
pub mod live;
pub mod mail;
pub mod outbound;
pub mod platform;
pub mod redis;
pub mod registry;
pub mod security;
pub mod sessions;
pub mod telemetry;
pub mod tenancy;
pub mod tenant;
pub mod worker;
