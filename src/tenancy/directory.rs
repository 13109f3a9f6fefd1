//! The directory of tenants, cached in memory. The bus empties it the moment a tenant changes,
//! here or in another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use diesel::prelude::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, Queryable,
    Selectable, SelectableHelper,
};
use moka::sync::Cache;

use super::{Figures, Host, SERVED_BEHIND, Tenant};
use crate::base::ids::TenantId;
use crate::bus::{Bus, Wake};
use crate::db::schema::platform::{domains, tenants};
use crate::db::{Db, Meter, PlatformConn, TenantSchema, migrate};
use crate::error::{AppError, Result};
use crate::limits::Rates;

/// A second look after this long even if no message came.
const TTL: Duration = Duration::from_secs(60);
const MAX_HOSTS: u64 = 100_000;
/// Hosts that nobody has: remembered, so that guessing costs the database little.
const MAX_UNKNOWN: u64 = 10_000;

#[derive(Hash, PartialEq, Eq)]
enum Key {
    Host(String),
    Id(TenantId),
}

#[derive(Clone)]
pub struct Directory {
    db: Db,
    bus: Bus,
    /// The server's own.
    rates: Arc<Rates>,
    /// With the count of changes before they were read: they hold only as long as it stays so.
    known: Cache<Key, (u64, Arc<Tenant>)>,
    unknown: Cache<Key, u64>,
    changes: Arc<AtomicU64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tenants)]
struct Row {
    id: TenantId,
    schema_name: String,
    name: String,
    is_active: bool,
    max_users: i32,
    allowed_origins: Vec<String>,
}

impl Directory {
    pub fn new(db: Db, bus: Bus, rates: Arc<Rates>) -> Self {
        let cache = |max| Cache::builder().max_capacity(max).time_to_live(TTL);
        let known = cache(MAX_HOSTS).build();
        let unknown = Cache::builder().max_capacity(MAX_UNKNOWN).time_to_live(TTL).build();
        let directory = Self { db, bus, rates, known, unknown, changes: Arc::default() };
        let forget = directory.clone();
        directory.bus.on_wake(move |wake| forget.forget(wake));
        directory
    }

    fn forget(&self, wake: Wake) {
        match wake {
            Wake::Tenant(_) | Wake::Everything => {
                self.changes.fetch_add(1, SeqCst);
                self.known.invalidate_all();
                self.unknown.invalidate_all();
            }
            Wake::Access(_)
            | Wake::Operators
            | Wake::SigningKeys
            | Wake::Events(_)
            | Wake::Work => {}
        }
    }

    /// The tenant at a host; `TenantNotFound` when there is none.
    pub async fn by_host(&self, host: &Host, meter: &Meter) -> Result<Arc<Tenant>> {
        let Host::Tenant { domain, schema } = host else {
            return Err(AppError::TenantNotFound);
        };
        let find = async |mut conn: &PlatformConn| -> Result<Option<Row>> {
            use diesel_async::RunQueryDsl;
            let named = schema.as_ref().map_or("", |s| s.as_str());
            tenants::table
                .left_join(domains::table.on(
                    domains::tenant_id.eq(tenants::id).and(domains::domain.eq(domain.as_str())),
                ))
                .filter(domains::id.is_not_null().or(tenants::schema_name.eq(named)))
                .order(domains::id.is_null())
                .select(Row::as_select())
                .first(&mut conn)
                .await
                .optional()
                .map_err(Into::into)
        };
        self.lookup(Key::Host(domain.clone()), meter, find).await
    }

    /// The tenant with this id, as a token names it.
    pub async fn by_id(&self, id: TenantId, meter: &Meter) -> Result<Arc<Tenant>> {
        let find = async |mut conn: &PlatformConn| -> Result<Option<Row>> {
            use diesel_async::RunQueryDsl;
            let row = tenants::table.find(id).select(Row::as_select());
            row.first(&mut conn).await.optional().map_err(Into::into)
        };
        self.lookup(Key::Id(id), meter, find).await
    }

    /// The tenant with this schema; rarely asked for, so not cached.
    pub async fn by_schema(&self, schema: &TenantSchema, meter: &Meter) -> Result<Arc<Tenant>> {
        use diesel_async::RunQueryDsl;
        let platform = self.db.platform(meter).await?;
        let mut conn = &platform;
        let row = tenants::table
            .filter(tenants::schema_name.eq(schema.as_str()))
            .select(Row::as_select())
            .first::<Row>(&mut conn)
            .await
            .optional()?;
        Ok(Arc::new(self.tenant(conn, row.ok_or(AppError::TenantNotFound)?).await?))
    }

    /// The tenant's primary domain; rarely asked for, so not cached.
    pub async fn primary_domain(&self, id: TenantId, meter: &Meter) -> Result<Option<String>> {
        use diesel_async::RunQueryDsl;
        let platform = self.db.platform(meter).await?;
        let mut conn = &platform;
        let primary = domains::table
            .filter(domains::tenant_id.eq(id).and(domains::is_primary))
            .select(domains::domain);
        Ok(primary.first(&mut conn).await.optional()?)
    }

    async fn lookup(
        &self,
        key: Key,
        meter: &Meter,
        find: impl AsyncFnOnce(&PlatformConn) -> Result<Option<Row>>,
    ) -> Result<Arc<Tenant>> {
        if self.bus.healthy() {
            let now = self.changes.load(SeqCst);
            if let Some((seen, tenant)) = self.known.get(&key)
                && seen == now
            {
                return Ok(tenant);
            }
            if self.unknown.get(&key) == Some(now) {
                return Err(AppError::TenantNotFound);
            }
        }
        Box::pin(self.read(key, meter, find)).await
    }

    async fn read(
        &self,
        key: Key,
        meter: &Meter,
        find: impl AsyncFnOnce(&PlatformConn) -> Result<Option<Row>>,
    ) -> Result<Arc<Tenant>> {
        let seen = self.changes.load(SeqCst);
        let conn = self.db.platform(meter).await?;
        let found = match find(&conn).await? {
            Some(row) => Some(Arc::new(self.tenant(&conn, row).await?)),
            None => None,
        };
        match found {
            Some(tenant) => {
                self.known.insert(key, (seen, tenant.clone()));
                Ok(tenant)
            }
            None => {
                self.unknown.insert(key, seen);
                Err(AppError::TenantNotFound)
            }
        }
    }

    async fn tenant(&self, conn: &PlatformConn, row: Row) -> Result<Tenant> {
        let Row { id, schema_name, name, is_active, max_users, allowed_origins } = row;
        let schema = TenantSchema::parse(&schema_name)
            .ok_or_else(|| AppError::internal(format!("{schema_name} is no tenant's schema")))?;
        let figures = async { Figures::find(conn, id).await.map_err(AppError::from) };
        let missing = async { Ok(migrate::missing_in(conn, schema.as_str()).await?) };
        let (missing, figures) = futures_util::future::try_join(missing, figures).await?;
        let is_behind = missing > SERVED_BEHIND;
        let figures = figures.unwrap_or_else(|| Figures::none(id));
        let place = self.db.place(id.0, schema.clone(), figures.share());
        let rates = Arc::new(figures.rates(&self.rates));
        let trusted_documents_only = figures.trusted_documents_only;
        Ok(Tenant {
            id,
            name,
            schema,
            is_active,
            max_users,
            allowed_origins,
            is_behind,
            place,
            rates,
            trusted_documents_only,
        })
    }
}
