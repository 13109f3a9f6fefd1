//! Cases: what a tenant applies for on behalf of its clients, with deadlines and a fee. A case lies
//! in its client: it is of the client's branch, and whoever is granted the client has it too.

mod bulk;
mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use columns::{ASSIGNED_TO, CLIENT_ID, STAGE_ID};
pub use model::{Case, CaseId, CasePatch, NewCase};
