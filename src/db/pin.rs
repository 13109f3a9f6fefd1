//! What a connection is pinned to: the role and the search_path that every query runs under.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::names::{RoleName, TenantSchema};
use crate::error::{AppError, Result};

/// The schema that holds extensions, and nothing of ours.
pub const EXTENSIONS: &str = "extensions";

#[diesel::declare_sql_function]
extern "SQL" {
    fn set_config(name: Text, value: Text, is_local: Bool) -> Text;
    #[sql_name = "current_setting"]
    fn current_setting(name: Text) -> Text;
}

/// A tenant's place in the database: its schema, its role, and its share of the pool.
/// Equal when the place is the same. Cheap to clone.
#[derive(Clone)]
pub struct TenantPlace(Arc<Place>);

struct Place {
    tenant: Uuid,
    schema: TenantSchema,
    role: RoleName,
    search_path: String,
    tag: String,
    permits: Arc<Semaphore>,
}

impl TenantPlace {
    /// `permits`: how many connections the tenant may hold at once.
    pub fn new(tenant: Uuid, schema: TenantSchema, permits: usize) -> Self {
        let role = RoleName::of_tenant(tenant);
        let search_path = format!("\"{}\", {EXTENSIONS}", schema.as_str());
        let tag = format!(" /* {} */", schema.as_str());
        let permits = Arc::new(Semaphore::new(permits.max(1)));
        Self(Arc::new(Place { tenant, schema, role, search_path, tag, permits }))
    }

    pub fn tenant(&self) -> Uuid {
        self.0.tenant
    }

    pub fn schema(&self) -> &TenantSchema {
        &self.0.schema
    }

    pub fn role(&self) -> &RoleName {
        &self.0.role
    }

    /// Ends every statement's text, so that each tenant has prepared statements, and so plans,
    /// of its own: PostgreSQL plans a shared one anew whenever the search_path has changed.
    pub(super) fn tag(&self) -> &str {
        &self.0.tag
    }

    pub(super) fn permits(&self) -> &Arc<Semaphore> {
        &self.0.permits
    }

    pub(super) fn search_path(&self) -> &str {
        &self.0.search_path
    }
}

impl PartialEq for TenantPlace {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.tenant == other.0.tenant && self.0.schema == other.0.schema)
    }
}

/// What a pooled connection was last pinned to.
#[derive(Clone, PartialEq)]
pub(super) enum Pin {
    /// Fresh, or a pin that was not confirmed: must be set before use.
    Unknown,
    Platform(RoleName),
    Tenant(TenantPlace),
}

impl Pin {
    /// The same number for the same tenant, in every process.
    pub(super) fn hash(&self) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        match self {
            Self::Unknown => 0_u8.hash(&mut hasher),
            Self::Platform(role) => role.as_str().hash(&mut hasher),
            Self::Tenant(place) => place.0.tenant.hash(&mut hasher),
        }
        hasher.finish()
    }

    fn wanted(&self) -> Result<(&str, &str)> {
        match self {
            Self::Unknown => Err(AppError::internal("a connection without a pin was asked for")),
            Self::Platform(role) => Ok((role.as_str(), "public, extensions")),
            Self::Tenant(place) => Ok((place.0.role.as_str(), place.search_path())),
        }
    }

    /// Sets role and path for the session, and believes only the database's own answer.
    pub(super) async fn set(&self, mut pg: &AsyncPgConnection) -> Result<()> {
        let (role, path) = self.wanted()?;
        let set: (String, String) = diesel::select((
            set_config("role", role, false),
            set_config("search_path", path, false),
        ))
        .get_result(&mut pg)
        .await?;
        (set.0 == role && set.1 == path)
            .then_some(())
            .ok_or_else(|| AppError::internal("the database did not take the pin"))
    }

    /// Asks the database what it runs under; debug builds do so at every checkout.
    #[cfg(debug_assertions)]
    pub(super) async fn verify(&self, mut pg: &AsyncPgConnection) -> Result<()> {
        let (role, path) = self.wanted()?;
        let is: (String, String) =
            diesel::select((current_setting("role"), current_setting("search_path")))
                .get_result(&mut pg)
                .await?;
        (is.0 == role && is.1 == path)
            .then_some(())
            .ok_or_else(|| AppError::internal("a connection is pinned to something else"))
    }
}
