//! Tenants as the platform sees them: their names, plans and domains. Their data is not seen from
//! here.

pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{NewTenant, SubscriptionStatus, TenantPatch, TenantRecord};
