//! Events in the API: what happened to a tenant's entities.

pub mod again;
mod columns;
mod effects;
pub mod graphql;
mod loader;
mod model;
pub mod processing;
pub mod service;
mod store;

pub use model::{Cursor, Delivery, DeliveryStatus, EventStatus, Progress};
