//! A pool whose connections stay pinned to the tenant they last served, and prefer to serve it
//! again. deadpool keeps the limits and the waiting; which connection a slot holds is ours.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult, Timeouts,
};
use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use parking_lot::Mutex;
use tokio::sync::OwnedSemaphorePermit;

use super::connect::Connector;
use super::homes::{Home, Homes};
use super::pin::Pin;
use crate::error::{AppError, Result};

/// A backend never gives back the memory that tenants and plans cost it, so it is replaced.
const MAX_TENANTS_MET: usize = 500;
const MAX_PREPARED: usize = 2_500;

/// What a connection has been through, counted by diesel's own events.
#[derive(Default)]
struct Wear {
    /// Queries started and not finished: above 0 at rest means that a future was dropped.
    running: AtomicUsize,
    prepared: AtomicUsize,
}

struct Observer(Arc<Wear>);

impl Instrumentation for Observer {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => _ = self.0.running.fetch_add(1, Relaxed),
            InstrumentationEvent::FinishQuery { .. } => _ = self.0.running.fetch_sub(1, Relaxed),
            InstrumentationEvent::CacheQuery { .. } => _ = self.0.prepared.fetch_add(1, Relaxed),
            _ => {}
        }
    }
}

/// One connection and what is known of it.
pub(super) struct Backend {
    pub(super) pg: AsyncPgConnection,
    pin: Pin,
    home: Home,
    last_used: Instant,
    wear: Arc<Wear>,
    met: HashSet<u64>,
}

impl Backend {
    /// Must not serve anybody again: broken, inside a transaction, or left in mid-query.
    fn sick(&mut self) -> bool {
        self.wear.running.load(Relaxed) != 0 || self.pg.is_broken()
    }

    fn worn(&self) -> bool {
        self.met.len() > MAX_TENANTS_MET || self.wear.prepared.load(Relaxed) > MAX_PREPARED
    }
}

/// What deadpool pools; empty only while its connection is out on a lease.
pub(super) struct Slot(Mutex<Option<Box<Backend>>>);

pub(super) struct Backends {
    connector: Connector,
    homes: Homes,
}

impl Backends {
    async fn open(&self) -> Result<Backend> {
        // Boxed, since it is rare and large: every future that borrows would be as large.
        let mut pg = Box::pin(self.connector.pooled()).await?;
        let wear = Arc::new(Wear::default());
        pg.set_instrumentation(Observer(wear.clone()));
        Ok(Backend {
            pg,
            pin: Pin::Unknown,
            home: self.homes.settle(),
            last_used: Instant::now(),
            wear,
            met: Default::default(),
        })
    }
}

impl Manager for Backends {
    type Type = Slot;
    type Error = AppError;

    async fn create(&self) -> Result<Slot> {
        Ok(Slot(Mutex::new(Some(Box::new(self.open().await?)))))
    }

    async fn recycle(&self, slot: &mut Slot, _: &Metrics) -> RecycleResult<AppError> {
        let fit = slot.0.get_mut().as_mut().is_some_and(|backend| !backend.sick());
        fit.then_some(()).ok_or(RecycleError::message("not fit to be used again"))
    }
}

/// The pool. Cheap to clone.
#[derive(Clone)]
pub(super) struct AffinePool {
    pool: Pool<Backends>,
    homes: Homes,
}

impl AffinePool {
    pub(super) fn new(connector: Connector, size: usize, wait: Duration) -> Result<Self> {
        let homes = Homes::new(size);
        let pool = Pool::builder(Backends { connector, homes: homes.clone() })
            .max_size(size)
            .runtime(deadpool::Runtime::Tokio1)
            .timeouts(Timeouts { wait: Some(wait), create: None, recycle: None })
            .build()
            .map_err(|e| AppError::Internal(e.into()))?;
        Ok(Self { pool, homes })
    }

    /// Opens every connection now, so that affinity has room from the first request on.
    pub(super) async fn prewarm(&self) -> Result<()> {
        let all = (0..self.homes.count()).map(|_| self.borrow_any());
        futures_util::future::try_join_all(all).await.map(|_| ())
    }

    /// Connections in the pool, and those of them that are idle.
    pub(super) fn size(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
    }

    /// Closes all idle connections, and lets those on a lease end; for after a migration.
    pub(super) fn forget_idle(&self) {
        self.pool.retain(|_, _| false);
    }

    /// A connection pinned to `want`, preferably one that already is.
    pub(super) async fn checkout(&self, want: &Pin) -> Result<Lease> {
        let tenant = want.hash();
        let home = self.homes.of(tenant);
        let pinned = || self.any_idle(|backend| backend.pin == *want);
        let met = || self.any_idle(|backend| backend.met.contains(&tenant));
        let turn = self.homes.turn(home, pinned, met).await;
        let object = self.borrow_any().await?;
        let mut lease = self.lease(object, turn, want, home)?;
        lease.pin(want).await?;
        Ok(lease)
    }

    fn any_idle(&self, fits: impl Fn(&Backend) -> bool) -> bool {
        let mut found = false;
        self.pool.retain(|slot, _| {
            found |= slot.0.lock().as_ref().is_some_and(|backend| fits(backend));
            true
        });
        found
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that borrows")]
    async fn borrow_any(&self) -> Result<Object<Backends>> {
        self.pool.get().await.map_err(|e| match e {
            PoolError::Backend(e) => e,
            e => AppError::Unavailable(e.into()),
        })
    }

    /// Takes the best connection there is: pinned to `want`, at its home, or the longest unused.
    fn lease(
        &self,
        mut object: Object<Backends>,
        turn: Option<OwnedSemaphorePermit>,
        want: &Pin,
        home: usize,
    ) -> Result<Lease> {
        let (mine, tenant) = (&object.0, want.hash());
        self.pool.retain(|slot, _| {
            let (mut slot, mut mine) = (slot.0.lock(), mine.lock());
            if let (Some(other), Some(held)) = (slot.as_mut(), mine.as_mut())
                && rank(other, want, tenant, home) > rank(held, want, tenant, home)
                && !other.sick()
            {
                std::mem::swap(other, held);
            }
            true
        });
        let Some(backend) = object.0.get_mut().take() else {
            return Err(AppError::internal("an empty slot in the pool"));
        };
        Ok(Lease { object: Some(object), backend: Some(backend), pool: self.clone(), _turn: turn })
    }

    /// Puts a new connection in the place of a worn one, once that is idle.
    async fn renew(self, home: usize) {
        let mut fresh = match self.pool.manager().open().await {
            Ok(fresh) => Some(Box::new(fresh)),
            Err(e) => return tracing::warn!(error = ?e, "could not replace a worn connection"),
        };
        self.pool.retain(|slot, _| {
            let mut slot = slot.0.lock();
            if let Some(old) = slot.as_mut()
                && old.home.at == home
                && old.worn()
                && let Some(mut new) = fresh.take()
            {
                std::mem::swap(&mut old.home, &mut new.home);
                *slot = Some(new);
            }
            true
        });
    }
}

/// Order of preference: the pin, then the home, then whether it has met the tenant, then the
/// longest unused.
fn rank(backend: &Backend, want: &Pin, tenant: u64, home: usize) -> impl PartialOrd + use<> {
    let met = backend.met.contains(&tenant);
    (backend.pin == *want, backend.home.at == home, met, Reverse(backend.last_used))
}

/// A connection on loan. Dropping it gives it back, or closes it when it is not clean.
pub(super) struct Lease {
    object: Option<Object<Backends>>,
    backend: Option<Box<Backend>>,
    pool: AffinePool,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Lease {
    pub(super) fn pg(&self) -> &AsyncPgConnection {
        &self.backend.as_ref().expect("a lease holds its connection until it is dropped").pg
    }

    pub(super) fn pg_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.backend_mut().pg
    }

    fn backend_mut(&mut self) -> &mut Backend {
        self.backend.as_mut().expect("a lease holds its connection until it is dropped")
    }

    /// One round trip, and only when the pin changes. The pin counts as unknown until the
    /// database has confirmed it, so that a failure in between can't be mistaken for success.
    async fn pin(&mut self, want: &Pin) -> Result<()> {
        let backend = self.backend_mut();
        if backend.pin != *want {
            let reset = backend.pin.has_own_timeout();
            backend.pin = Pin::Unknown;
            want.set(&backend.pg, reset).await?;
            backend.pin = want.clone();
            backend.met.insert(want.hash());
        }
        #[cfg(debug_assertions)]
        want.verify(&self.backend_mut().pg).await?;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(mut object), Some(mut backend)) = (self.object.take(), self.backend.take())
        else {
            return;
        };
        if std::thread::panicking() || backend.sick() || backend.pin == Pin::Unknown {
            let running = backend.wear.running.load(Relaxed) != 0;
            let cancel = running.then(|| backend.pg.cancel_token());
            drop(backend); // the socket closes: PostgreSQL rolls back at once
            drop(Object::take(object));
            if let (Some(token), Ok(runtime)) = (cancel, tokio::runtime::Handle::try_current()) {
                let connector = self.pool.pool.manager().connector.clone();
                runtime.spawn(async move { connector.cancel(token).await });
            }
            return;
        }
        backend.last_used = Instant::now();
        let (home, worn) = (backend.home.at, backend.worn());
        *object.0.get_mut() = Some(backend);
        drop(object);
        if worn && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.pool.clone().renew(home));
        }
    }
}
