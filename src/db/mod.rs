//! Pools, and connections pinned to one schema. Nothing else borrows a connection or holds SQL.

pub mod chain;
mod column;
mod conn;
mod connect;
mod console;
mod databases;
pub mod errors;
pub mod grants;
mod homes;
mod json_field;
pub mod lane;
pub mod migrate;
mod names;
mod owner;
pub mod page;
mod per_parent;
mod pin;
mod pool;
mod predicate;
pub mod schema;
mod share;
mod standing;

use std::sync::Arc;
use std::time::Duration;

pub use column::{Column, IdOf};
pub use conn::{Meter, Pinned, PlatformConn, PlatformTx, TenantConn, TenantTx, Tx};
pub use connect::{Connector, Timeouts};
pub use console::Answer;
pub use grants::{Grants, Lookup};
pub use json_field::JsonField;
pub use lane::Lane;
pub use names::{RoleName, SCHEMA_PREFIX, TenantSchema};
pub use page::{Listing, Page, Sorted};
pub use per_parent::per_parent;
pub use pin::TenantPlace;
pub use predicate::{Ordering, Predicate, Sort, Test, Value, pattern};
pub use share::Share;
pub use standing::Standing;

use self::pin::Pin;
use self::pool::AffinePool;
use self::share::Shares;
use crate::config::{Config, Database};
use crate::error::{AppError, Result};

/// Connections for what happens beside requests, so that neither waits for the other.
const ASIDE_POOL: usize = 1;
/// Connections kept for the platform's own tables.
const PLATFORM_POOL: usize = 2;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    tenants: AffinePool,
    platform: AffinePool,
    aside: AffinePool,
    platform_pin: Pin,
    owner: Connector,
    wait: Duration,
    shares: Arc<Shares>,
}

impl Db {
    /// Opens the pools. `owner` is the login that owns the schemas.
    pub async fn connect(app: Connector, owner: Connector, settings: &Database) -> Result<Self> {
        let size = settings.pool_size;
        let wait = Duration::from_millis(settings.pool_wait_ms);
        let platform_pin = Pin::Platform(app.app_role().clone());
        let db = Self {
            tenants: AffinePool::new(app.clone(), size, wait)?,
            platform: AffinePool::new(app.clone(), PLATFORM_POOL, wait)?,
            aside: AffinePool::new(app, ASIDE_POOL, wait)?,
            platform_pin,
            owner,
            wait,
            shares: Arc::new(Shares::new(settings.tenant_permits())),
        };
        tokio::try_join!(db.tenants.prewarm(), db.platform.prewarm())?;
        Ok(db)
    }

    /// Connectors for the application's and the owner's login, as configured.
    pub fn connectors(
        config: &Config,
        url: &str,
        owner_url: &str,
    ) -> Result<(Connector, Connector)> {
        let settings = &config.database;
        let role = RoleName::parse(&settings.app_role).ok_or_else(|| {
            AppError::internal("DATABASE_APP_ROLE must be a plain lower-case name")
        })?;
        let timeouts = Timeouts {
            connect: Duration::from_millis(settings.connect_timeout_ms),
            statement: Duration::from_millis(settings.statement_timeout_ms),
            lock: Duration::from_millis(settings.lock_timeout_ms),
            idle_in_transaction: Duration::from_millis(settings.idle_in_transaction_timeout_ms),
        };
        let app = Connector::parse(url, role.clone(), timeouts)?;
        Ok((app, Connector::parse(owner_url, role, timeouts)?))
    }

    /// A place for a tenant, with its share of the database.
    pub fn place(&self, tenant: uuid::Uuid, schema: TenantSchema, share: Share) -> TenantPlace {
        let permits = self.shares.of(tenant, share.connections);
        TenantPlace::with(tenant, schema, permits, share.statement)
    }

    /// A connection that sees `place` alone. It goes back to the pool when dropped.
    pub async fn tenant(&self, place: &TenantPlace, meter: &Meter) -> Result<TenantConn> {
        let permit = tokio::time::timeout(self.wait, place.permits().clone().acquire_owned())
            .await
            .map_err(|e| AppError::Unavailable(e.into()))?
            .map_err(|e| AppError::Internal(e.into()))?;
        let lease = self.tenants.checkout(&Pin::Tenant(place.clone())).await?;
        let tenant = Some((place.tenant(), permit));
        Ok(TenantConn::pooled(lease, place.tag(), meter.clone(), tenant))
    }

    /// A connection that sees the platform's tables.
    pub async fn platform(&self, meter: &Meter) -> Result<PlatformConn> {
        let lease = self.platform.checkout(&self.platform_pin).await?;
        Ok(PlatformConn::pooled(lease, "", meter.clone(), None))
    }

    /// As [`tenant`](Self::tenant), for work in the background that no request waits for.
    pub async fn tenant_aside(&self, place: &TenantPlace) -> Result<TenantConn> {
        let lease = self.aside.checkout(&Pin::Tenant(place.clone())).await?;
        Ok(TenantConn::pooled(lease, place.tag(), Meter::default(), None))
    }

    /// As [`platform`](Self::platform), for work in the background that no request waits for.
    pub async fn platform_aside(&self) -> Result<PlatformConn> {
        let lease = self.aside.checkout(&self.platform_pin).await?;
        Ok(PlatformConn::pooled(lease, "", Meter::default(), None))
    }

    /// The login that owns the schemas: for migrations and the making of tenants.
    pub fn owner(&self) -> &Connector {
        &self.owner
    }

    /// Tenants' connections: open, and of these idle.
    pub fn pool_size(&self) -> (usize, usize) {
        self.tenants.size()
    }

    /// Drops cached plans and statements, which a migration may have made stale.
    pub fn forget_idle(&self) {
        self.tenants.forget_idle();
        self.aside.forget_idle();
    }
}

impl PlatformConn {
    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        use diesel_async::RunQueryDsl;
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
            .execute(&mut &*self)
            .await?;
        Ok(())
    }
}

impl PlatformConn {
    /// Opens a transaction on this connection; dropping it rolls back and closes the connection.
    pub async fn transaction(self) -> Result<PlatformTx> {
        Ok(self.begin().await?)
    }
}

impl TenantConn {
    /// Opens a transaction on this connection; dropping it rolls back and closes the connection.
    pub async fn transaction(self) -> Result<TenantTx> {
        Ok(self.begin().await?)
    }
}
