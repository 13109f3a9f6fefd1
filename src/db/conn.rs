//! The connections that queries run on. `TenantConn` and `PlatformConn` are different types that
//! only this room can make, so a query can't be handed the wrong one; a `Tx` is a connection
//! inside a transaction, which is what functions that write ask for.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel_async::{
    AnsiTransactionManager, AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection,
    TransactionManager,
};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::pool::Lease;

/// Marks connections pinned to one tenant's schema.
pub struct OfTenant;
/// Marks connections that see the platform's tables.
pub struct OfPlatform;

/// A connection that sees one tenant's tables and nothing else.
pub type TenantConn = Pinned<OfTenant>;
/// A connection that sees the platform's tables and no tenant's.
pub type PlatformConn = Pinned<OfPlatform>;
/// A tenant's connection inside a transaction.
pub type TenantTx = Tx<OfTenant>;
/// A platform connection inside a transaction.
pub type PlatformTx = Tx<OfPlatform>;

/// Counts the statements of one operation. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<AtomicU32>);

impl Meter {
    pub fn statements(&self) -> u32 {
        self.0.load(Relaxed)
    }

    fn count(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

enum Source {
    Pooled(Lease),
    /// The owner's session while it makes a tenant or migrates.
    Owner(AsyncPgConnection),
}

/// A pinned connection. Queries run on `&Pinned`, several at a time in one round trip.
pub struct Pinned<Kind> {
    source: Source,
    tag: String,
    meter: Meter,
    /// The tenant, and what it has taken of its share of the pool.
    tenant: Option<(Uuid, OwnedSemaphorePermit)>,
    kind: PhantomData<Kind>,
}

impl<Kind> Pinned<Kind> {
    pub(super) fn pooled(
        lease: Lease,
        tag: &str,
        meter: Meter,
        tenant: Option<(Uuid, OwnedSemaphorePermit)>,
    ) -> Self {
        let (source, tag) = (Source::Pooled(lease), tag.to_owned());
        Self { source, tag, meter, tenant, kind: PhantomData }
    }

    /// The tenant that a connection of the pool is pinned to; `None` for the platform, and while
    /// a tenant is made.
    pub fn tenant(&self) -> Option<Uuid> {
        self.tenant.as_ref().map(|(id, _)| *id)
    }

    /// The caller has set role and path for the open transaction.
    pub(super) fn owner(pg: AsyncPgConnection) -> Self {
        let source = Source::Owner(pg);
        Self {
            source,
            tag: String::new(),
            meter: Meter::default(),
            tenant: None,
            kind: PhantomData,
        }
    }

    pub(super) fn into_owner(self) -> Option<AsyncPgConnection> {
        match self.source {
            Source::Owner(pg) => Some(pg),
            Source::Pooled(_) => None,
        }
    }

    fn pg(&self) -> &AsyncPgConnection {
        match &self.source {
            Source::Pooled(lease) => lease.pg(),
            Source::Owner(pg) => pg,
        }
    }

    fn pg_mut(&mut self) -> &mut AsyncPgConnection {
        match &mut self.source {
            Source::Pooled(lease) => lease.pg_mut(),
            Source::Owner(pg) => pg,
        }
    }

    pub(super) async fn begin(mut self) -> QueryResult<Tx<Kind>> {
        self.meter.count();
        AnsiTransactionManager::begin_transaction(self.pg_mut()).await?;
        Ok(Tx(self))
    }
}

/// A pinned connection inside a transaction. Dropping it rolls back.
pub struct Tx<Kind>(Pinned<Kind>);

impl<Kind> Tx<Kind> {
    /// Gives the connection back once the database has confirmed the commit.
    pub(crate) async fn commit(mut self) -> QueryResult<Pinned<Kind>> {
        self.0.meter.count();
        AnsiTransactionManager::commit_transaction(self.0.pg_mut()).await?;
        Ok(self.0)
    }

    pub(crate) async fn rollback(mut self) -> QueryResult<Pinned<Kind>> {
        self.0.meter.count();
        AnsiTransactionManager::rollback_transaction(self.0.pg_mut()).await?;
        Ok(self.0)
    }

    /// Wraps a connection whose transaction the caller has opened already.
    pub(super) fn opened(pinned: Pinned<Kind>) -> Self {
        Self(pinned)
    }

    pub(super) fn into_inner(self) -> Pinned<Kind> {
        self.0
    }
}

impl<Kind> Deref for Tx<Kind> {
    type Target = Pinned<Kind>;
    fn deref(&self) -> &Pinned<Kind> {
        &self.0
    }
}

impl<Kind: Send + Sync> SimpleAsyncConnection for &Pinned<Kind> {
    async fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.meter.count();
        SimpleAsyncConnection::batch_execute(&mut self.pg(), query).await
    }
}

impl<'a, Kind: Send + Sync> AsyncConnectionCore for &'a Pinned<Kind> {
    type LoadFuture<'conn, 'query> =
        <&'a AsyncPgConnection as AsyncConnectionCore>::LoadFuture<'conn, 'query>;
    type ExecuteFuture<'conn, 'query> =
        <&'a AsyncPgConnection as AsyncConnectionCore>::ExecuteFuture<'conn, 'query>;
    type Stream<'conn, 'query> =
        <&'a AsyncPgConnection as AsyncConnectionCore>::Stream<'conn, 'query>;
    type Row<'conn, 'query> = <&'a AsyncPgConnection as AsyncConnectionCore>::Row<'conn, 'query>;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        self.meter.count();
        let pinned: &'a Pinned<Kind> = self;
        let tagged = Tagged { query: source.as_query(), tag: &pinned.tag };
        let mut pg = pinned.pg();
        AsyncConnectionCore::load(&mut pg, tagged)
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        self.meter.count();
        let pinned: &'a Pinned<Kind> = self;
        let tagged = Tagged { query: source, tag: &pinned.tag };
        let mut pg = pinned.pg();
        AsyncConnectionCore::execute_returning_count(&mut pg, tagged)
    }
}

/// A query with the tenant's tag behind it. Without a static id, so that diesel looks its
/// prepared statement up by text: two tenants must never share one.
struct Tagged<'t, Q> {
    query: Q,
    tag: &'t str,
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Tagged<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(self.tag);
        Ok(())
    }
}

impl<Q> QueryId for Tagged<'_, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Tagged<'_, Q> {
    type SqlType = Q::SqlType;
}
