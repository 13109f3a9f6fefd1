//! Clients: the people that a tenant works for. What is about a client lies in it: whoever may reach
//! the client may be given what there is about them.

mod bulk;
mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use columns::{ASSIGNED_TO, BRANCH_ID, CREATED_BY, STAGE_ID, branch_of};
pub use loader::BranchOfClient;
pub use model::{Client, ClientId, ClientPatch, ClientRow, NewClient, With};
