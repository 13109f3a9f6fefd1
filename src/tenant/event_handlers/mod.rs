//! Handlers: what is done about which events.

mod columns;
mod config;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use config::{Condition, HandlerConfig, Operator, Recipient};
pub use model::{EventHandler, EventHandlerId, EventHandlerKind, HandlerPatch, NewHandler};
