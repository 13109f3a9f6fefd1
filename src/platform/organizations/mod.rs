//! Organizations: they own tenants. Who belongs to one is in `organization_members`.

pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{NewOrganization, Organization, OrganizationId, OrganizationPatch};
