//! What a connection is pinned to: the role and the search_path that every query runs under.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::names::{RoleName, TenantSchema};
use crate::error::{AppError, Result};

/// The schema that holds extensions, and nothing of ours.
pub const EXTENSIONS: &str = "extensions";

/// A tenant's place in the database: its schema, its role, and its share of the pool.
/// Equal when the place is the same. Cheap to clone.
#[derive(Clone)]
pub struct TenantPlace(Arc<Place>);

struct Place {
    tenant: Uuid,
    schema: TenantSchema,
    role: RoleName,
    search_path: String,
    /// Sets role and path.
    set: String,
    tag: String,
    permits: Arc<Semaphore>,
    /// How long a statement may run, when that is not what all may.
    statement: Option<Duration>,
}

impl TenantPlace {
    /// `permits`: how many connections the tenant may hold at once.
    pub fn new(tenant: Uuid, schema: TenantSchema, permits: usize) -> Self {
        Self::with(tenant, schema, Arc::new(Semaphore::new(permits.max(1))), None)
    }

    /// `permits`: one for each connection that the tenant may hold at once. `statement`: how long
    /// one of its statements may run, when that is not what all may.
    pub(super) fn with(
        tenant: Uuid,
        schema: TenantSchema,
        permits: Arc<Semaphore>,
        statement: Option<Duration>,
    ) -> Self {
        let role = RoleName::of_tenant(tenant);
        let search_path = format!("{}, {EXTENSIONS}", schema.as_str());
        let mut set = set_both(role.as_str(), &search_path);
        if let Some(statement) = statement {
            set.push_str(&format!("; SET statement_timeout TO {}", statement.as_millis()));
        }
        let tag = format!(" /* {} */", schema.as_str());
        let place = Place { tenant, schema, role, search_path, set, tag, permits, statement };
        Self(Arc::new(place))
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

impl std::fmt::Debug for TenantPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.schema.as_str())
    }
}

impl PartialEq for TenantPlace {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.tenant == other.0.tenant
                && self.0.schema == other.0.schema
                && self.0.statement == other.0.statement)
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

    /// Whether statements may run for another time than is usual.
    pub(super) fn has_own_timeout(&self) -> bool {
        matches!(self, Self::Tenant(place) if place.0.statement.is_some())
    }

    /// Sets role and path for the session; the database takes both or fails. Plain `SET`, since
    /// `set_config` in a prepared statement costs PostgreSQL several times as much. `reset` says
    /// that the pin before had a time of its own for statements.
    pub(super) async fn set(&self, mut pg: &AsyncPgConnection, reset: bool) -> Result<()> {
        let mut set = match self {
            Self::Tenant(place) => Cow::Borrowed(place.0.set.as_str()),
            _ => {
                let (role, path) = self.wanted()?;
                Cow::Owned(set_both(role, path))
            }
        };
        if reset {
            set = Cow::Owned(format!("RESET statement_timeout; {set}"));
        }
        Ok(pg.batch_execute(&set).await?)
    }

    /// Asks the database what it runs under; debug builds do so at every checkout.
    #[cfg(debug_assertions)]
    pub(super) async fn verify(&self, mut pg: &AsyncPgConnection) -> Result<()> {
        use diesel::{dsl::sql, sql_types::Text};
        use diesel_async::RunQueryDsl;
        let (role, path) = self.wanted()?;
        let is: (String, String) = diesel::select((
            sql::<Text>("current_setting('role')"),
            sql::<Text>("current_setting('search_path')"),
        ))
        .get_result(&mut pg)
        .await?;
        (is.0 == role && is.1 == path)
            .then_some(())
            .ok_or_else(|| AppError::internal("a connection is pinned to something else"))
    }
}

/// Names of roles and schemas need no quotes: their constructors take lower-case words only.
fn set_both(role: &str, path: &str) -> String {
    format!("SET ROLE {role}; SET search_path TO {path}")
}
