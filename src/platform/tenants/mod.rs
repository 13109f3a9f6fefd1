//! Tenants as the platform sees them: their names, plans and domains. Their data is not seen from
//! here.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::{NewTenant, SubscriptionStatus, TenantPatch, TenantRecord};
