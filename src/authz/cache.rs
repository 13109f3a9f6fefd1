//! The access of recent sessions, so that most requests need no query for it. The bus drops it
//! the moment users, roles or sessions change, here or in another process.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use moka::sync::Cache;
use parking_lot::RwLock;
use uuid::Uuid;

use super::Access;
use crate::bus::{Bus, Wake};
use crate::error::Result;

/// The longest that a message which was lost unnoticed could keep a revoked session alive. The bus
/// notices within seconds that it is cut off, and from then on nothing here is used. Loading takes
/// four statements, so a shorter time costs those who ask rarely.
const TTL: Duration = Duration::from_secs(60);
const MAX_SESSIONS: u64 = 100_000;

/// Whose session: a tenant's, or the platform's (`None`).
type Key = (Option<Uuid>, Uuid);

#[derive(Clone)]
pub struct AccessCache {
    sessions: Cache<Key, Arc<Known>>,
    changes: Arc<Changes>,
    bus: Bus,
}

/// What was read, and how many changes there had been before that.
struct Known {
    access: Access,
    seen: Seen,
}

/// Counts of changes. What was read before one of them does not count after it, however long it took
/// to read: dropping entries alone would keep one that is added a moment later.
#[derive(Default)]
struct Changes {
    everything: AtomicU64,
    operators: AtomicU64,
    tenants: RwLock<HashMap<Uuid, u64>>,
}

/// The counts that concern one session.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    everything: u64,
    operators: u64,
    tenant: u64,
}

impl Changes {
    fn seen(&self, tenant: Option<Uuid>) -> Seen {
        let of = |tenant| self.tenants.read().get(&tenant).copied().unwrap_or_default();
        Seen {
            everything: self.everything.load(SeqCst),
            operators: self.operators.load(SeqCst),
            tenant: tenant.map(of).unwrap_or_default(),
        }
    }

    fn count(&self, wake: Wake) {
        match wake {
            Wake::Access(tenant) => *self.tenants.write().entry(tenant).or_default() += 1,
            Wake::Operators => drop(self.operators.fetch_add(1, SeqCst)),
            Wake::Everything => drop(self.everything.fetch_add(1, SeqCst)),
            Wake::Tenant(_) | Wake::SigningKeys | Wake::Events(_) | Wake::Work => {}
        }
    }
}

impl Known {
    fn holds(&self, (tenant, _): &Key, now: Seen) -> bool {
        let of_operator = tenant.is_none() || self.access.platform_user.is_some();
        let operators = if of_operator { self.seen.operators } else { now.operators };
        Seen { operators, ..self.seen } == now
    }
}

impl AccessCache {
    pub fn new(bus: Bus) -> Self {
        let sessions = Cache::builder().max_capacity(MAX_SESSIONS).time_to_live(TTL).build();
        let cache = Self { sessions, changes: Arc::default(), bus };
        let changes = cache.changes.clone();
        cache.bus.on_wake(move |wake| changes.count(wake));
        cache
    }

    /// The access of a session, from memory or from `load`.
    pub async fn get(
        &self,
        tenant: Option<Uuid>,
        session: Uuid,
        load: impl AsyncFnOnce() -> Result<Option<Access>>,
    ) -> Result<Option<Access>> {
        let key = (tenant, session);
        let seen = self.changes.seen(tenant);
        if self.bus.healthy()
            && let Some(known) = self.sessions.get(&key)
            && known.holds(&key, seen)
        {
            return Ok(Some(known.access.clone()));
        }
        let access = Box::pin(load()).await?;
        if let Some(access) = &access {
            self.sessions.insert(key, Arc::new(Known { access: access.clone(), seen }));
        }
        Ok(access)
    }
}
