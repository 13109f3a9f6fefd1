//! The facts about one operation, and its single connection.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::record::Changes;
use super::{App, Idempotency};
use crate::auth::cookies::Jar;
use crate::authz::{Access, Who};
use crate::bus::Wake;
use crate::db::{Meter, PlatformConn, PlatformTx, TenantConn, TenantTx};
use crate::error::{AppError, Result};
use crate::limits::Rates;
use crate::tenancy::Tenant;

/// Where an operation takes place.
#[derive(Clone)]
pub enum Scope {
    Platform,
    Tenant(Arc<Tenant>),
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Anonymous,
    SignedIn(Access),
    /// The server itself, in jobs and commands: may do everything.
    System,
}

impl Actor {
    fn within(self, scope: &Scope) -> Self {
        let tenant = match scope {
            Scope::Tenant(tenant) => Some(tenant.id.0),
            Scope::Platform => None,
        };
        match self {
            Self::SignedIn(access) if !access.belongs_to(tenant) => {
                tracing::error!(target: "security", "a user came to another tenant's operation");
                Self::Anonymous
            }
            actor => actor,
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Ties log lines, errors and rows of one request together.
    pub correlation_id: String,
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// The connection of an operation: taken when first needed, and never a second one beside it,
/// since two borrows by one task would deadlock a busy pool.
enum Held {
    Nothing,
    Connection(TenantConn),
    /// The transaction of an idempotent request, open until its answer is known.
    Open(TenantTx),
}

/// What an operation is about. Reached through `Ctx`.
pub struct Core {
    pub app: Arc<App>,
    pub scope: Scope,
    pub actor: Actor,
    pub origin: Origin,
    pub now: DateTime<Utc>,
    pub meter: Meter,
    idempotency: Option<Idempotency>,
    /// The cookies that hold the session, when a page asks for them.
    jar: Option<Jar>,
    held: RwLock<Held>,
    /// Told to the bus once the change is committed.
    wakes: Mutex<Vec<Wake>>,
    /// Written to the record before the change is committed.
    pub(super) changes: Changes,
    /// Begun once the change is committed.
    afterwards: Mutex<Vec<BoxFuture<'static, ()>>>,
    /// Something has depended on who asks, rather than on what they may do.
    pub(super) personal: AtomicBool,
}

impl Core {
    /// A user of another tenant than the scope's is nobody here, however they came this far.
    pub fn new(app: Arc<App>, scope: Scope, actor: Actor, origin: Origin) -> Self {
        Self {
            now: app.clock.now(),
            app,
            actor: actor.within(&scope),
            scope,
            origin,
            meter: Meter::default(),
            idempotency: None,
            jar: None,
            held: RwLock::new(Held::Nothing),
            wakes: Mutex::default(),
            changes: Changes::default(),
            afterwards: Mutex::default(),
            personal: AtomicBool::default(),
        }
    }

    /// The whole operation's change commits with its answer, under this key. Keys belong to
    /// users of tenants: nobody else's writes are kept for repetition.
    #[must_use]
    pub fn with_idempotency(mut self, idempotency: Option<Idempotency>) -> Self {
        self.idempotency = idempotency.filter(|_| self.user().is_some());
        self
    }

    /// The session is kept in these cookies.
    #[must_use]
    pub fn with_jar(self, jar: Option<Jar>) -> Self {
        Self { jar, ..self }
    }

    /// The cookies that the request asked for.
    pub fn jar(&self) -> Option<&Jar> {
        self.jar.as_ref()
    }

    /// Counts statements on the request's own meter.
    #[must_use]
    pub fn with_meter(mut self, meter: Meter) -> Self {
        self.meter = meter;
        self
    }

    /// Where it takes place, for the log: a schema's name, or `platform`.
    pub fn scope_name(&self) -> &str {
        match &self.scope {
            Scope::Tenant(tenant) => tenant.schema.as_str(),
            Scope::Platform => "platform",
        }
    }

    /// Who asks, for the log.
    pub fn actor_id(&self) -> String {
        match &self.actor {
            Actor::Anonymous => "anonymous".to_owned(),
            Actor::SignedIn(Access { who: Who::User { id, .. }, .. }) => id.to_string(),
            Actor::SignedIn(Access { who: Who::Operator { id, .. }, .. }) => id.to_string(),
            Actor::System => "system".to_owned(),
        }
    }

    pub fn idempotency(&self) -> Option<&Idempotency> {
        self.idempotency.as_ref()
    }

    /// Signs the caller in for the rest of the operation.
    #[must_use]
    pub fn acting_as(self, actor: Actor) -> Self {
        Self { actor: actor.within(&self.scope), ..self }
    }

    /// How often callers may ask here, and for how much.
    pub fn rates(&self) -> &Arc<Rates> {
        match &self.scope {
            Scope::Tenant(tenant) => &tenant.rates,
            Scope::Platform => self.app.limits.rates(),
        }
    }

    pub fn tenant(&self) -> Result<&Arc<Tenant>> {
        match &self.scope {
            Scope::Tenant(tenant) => Ok(tenant),
            Scope::Platform => {
                Err(AppError::WrongHost("this field belongs to a tenant; use a tenant's host"))
            }
        }
    }

    /// Fails unless the operation runs on the platform's own host.
    pub fn on_platform(&self) -> Result<()> {
        match &self.scope {
            Scope::Platform => Ok(()),
            Scope::Tenant(_) => {
                Err(AppError::WrongHost("this field belongs to the platform; use its host"))
            }
        }
    }

    /// The operation's connection, for reading. Several may read at once, in one round trip.
    /// Let the guard go before anything that writes.
    pub async fn read(&self) -> Result<RwLockReadGuard<'_, TenantConn>> {
        let held = self.held.read().await;
        let held = match &*held {
            Held::Nothing => {
                drop(held);
                let mut mine = self.held.write().await;
                if matches!(*mine, Held::Nothing) {
                    *mine = Held::Connection(self.connection().await?);
                }
                RwLockWriteGuard::downgrade(mine)
            }
            _ => held,
        };
        RwLockReadGuard::try_map(held, |held| match held {
            Held::Nothing => None,
            Held::Connection(conn) => Some(conn),
            Held::Open(tx) => Some(&**tx),
        })
        .map_err(|_| AppError::internal("the operation's connection was lost"))
    }

    /// One transaction in the tenant's schema: commits on `Ok`, rolls back on `Err`.
    pub async fn write<T>(&self, work: impl AsyncFnOnce(&TenantTx) -> Result<T>) -> Result<T> {
        let mut held = self.held.write().await;
        let tx = match std::mem::replace(&mut *held, Held::Nothing) {
            Held::Open(tx) => tx,
            Held::Connection(conn) => self.begin(conn).await?,
            Held::Nothing => self.begin(self.connection().await?).await?,
        };
        let done = match work(&tx).await {
            Ok(value) if self.idempotency.is_some() => {
                self.changes.keep();
                *held = Held::Open(tx);
                return Ok(value);
            }
            Ok(value) => self.record(&tx).await.map(|()| value),
            Err(e) => Err(e),
        };
        match done {
            Ok(value) => {
                *held = Held::Connection(tx.commit().await?);
                drop(held);
                self.tell().await;
                Ok(value)
            }
            Err(e) => {
                *held = Held::Connection(tx.rollback().await?);
                self.undone();
                Err(e)
            }
        }
    }

    /// Nothing happened, so nobody is told.
    fn undone(&self) {
        self.wakes.lock().clear();
        self.afterwards.lock().clear();
        self.changes.forget(true);
    }

    /// Boxed: it happens once, and every resolver's future would have room for it.
    async fn connection(&self) -> Result<TenantConn> {
        let place = &self.tenant()?.place;
        Box::pin(self.app.db.tenant(place, &self.meter)).await
    }

    async fn begin(&self, conn: TenantConn) -> Result<TenantTx> {
        let tx = conn.transaction().await?;
        if let (Some(idempotency), Some(user)) = (&self.idempotency, self.user()) {
            idempotency.claim(&tx, user, self.now).await?;
        }
        Ok(tx)
    }

    /// Gives the connection back before the operation ends, for when it waits for something else.
    pub async fn release(&self) {
        let mut held = self.held.write().await;
        if matches!(*held, Held::Connection(_)) {
            *held = Held::Nothing;
        }
    }

    /// Ends an idempotent request: commits what it wrote together with its answer, or nothing
    /// when the answer is not worth keeping.
    pub async fn finish(&self, answer: Option<&str>) -> Result<()> {
        let mut held = self.held.write().await;
        let Held::Open(tx) = std::mem::replace(&mut *held, Held::Nothing) else { return Ok(()) };
        match (answer, &self.idempotency, self.user()) {
            (Some(answer), Some(idempotency), Some(user)) => {
                idempotency.store(&tx, user, answer).await?;
                self.record(&tx).await?;
                tx.commit().await?;
            }
            _ => {
                tx.rollback().await?;
                self.undone();
            }
        }
        drop(held);
        self.tell().await;
        Ok(())
    }

    /// Tells all processes, once the change is committed.
    pub fn wake(&self, wake: Wake) {
        self.wakes.lock().push(wake);
    }

    /// Does this in the background, once the change is committed: what waits for other machines,
    /// such as sending mail. It holds no connection of this operation.
    pub fn after_commit(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.afterwards.lock().push(Box::pin(work));
    }

    async fn tell(&self) {
        for event in self.alerts() {
            self.app.security.note(event);
        }
        for work in std::mem::take(&mut *self.afterwards.lock()) {
            self.app.afterwards.start(work);
        }
        let wakes = std::mem::take(&mut *self.wakes.lock());
        for wake in wakes {
            self.app.bus.publish(wake).await;
        }
    }

    /// A connection to the platform's tables.
    pub async fn platform(&self) -> Result<PlatformConn> {
        Box::pin(self.app.db.platform(&self.meter)).await
    }

    /// One transaction on the platform's tables.
    pub async fn write_platform<T>(
        &self,
        work: impl AsyncFnOnce(&PlatformTx) -> Result<T>,
    ) -> Result<T> {
        let tx = self.platform().await?.transaction().await?;
        let done = match work(&tx).await {
            Ok(value) => self.record_platform(&tx).await.map(|()| value),
            Err(e) => Err(e),
        };
        match done {
            Ok(value) => {
                tx.commit().await?;
                self.tell().await;
                Ok(value)
            }
            Err(e) => {
                tx.rollback().await?;
                self.changes.forget(false);
                Err(e)
            }
        }
    }
}
