//! Notifications: what users are told, how they want to be told, and what they have read.

mod columns;
pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{
    NewNotification, Notification, NotificationId, NotificationKind, NotificationPreference,
};
