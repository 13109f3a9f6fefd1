//! Slices on a tenant's schema. They reach it through `TenantConn` and nothing else.

pub mod documents;
pub mod projects;
pub mod sessions;
pub mod tasks;
pub mod users;
