//! The access of recent sessions, so that most requests need no query for it. The bus drops it
//! the moment users, roles or sessions change, here or in another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use moka::sync::Cache;
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
    sessions: Cache<Key, Access>,
    /// Counts changes: what was read before one may not be cached after it.
    changes: Arc<AtomicU64>,
    bus: Bus,
}

impl AccessCache {
    pub fn new(bus: Bus) -> Self {
        let sessions = Cache::builder()
            .max_capacity(MAX_SESSIONS)
            .time_to_live(TTL)
            .support_invalidation_closures()
            .build();
        let cache = Self { sessions, changes: Arc::default(), bus };
        let forget = cache.clone();
        cache.bus.on_wake(move |wake| forget.forget(wake));
        cache
    }

    fn forget(&self, wake: Wake) {
        let dropped: Box<dyn Fn(&Key, &Access) -> bool + Send + Sync> = match wake {
            Wake::Access(tenant) => Box::new(move |key, _| key.0 == Some(tenant)),
            Wake::Operators => {
                Box::new(|key, access| key.0.is_none() || access.platform_user.is_some())
            }
            Wake::Everything => Box::new(|_, _| true),
            Wake::Tenant(_) | Wake::SigningKeys | Wake::Events(_) => return,
        };
        self.changes.fetch_add(1, SeqCst);
        if self.sessions.invalidate_entries_if(dropped).is_err() {
            self.sessions.invalidate_all();
        }
    }

    /// The access of a session, from memory or from `load`.
    pub async fn get(
        &self,
        tenant: Option<Uuid>,
        session: Uuid,
        load: impl AsyncFnOnce() -> Result<Option<Access>>,
    ) -> Result<Option<Access>> {
        let key = (tenant, session);
        if self.bus.healthy()
            && let Some(access) = self.sessions.get(&key)
        {
            return Ok(Some(access));
        }
        let seen = self.changes.load(SeqCst);
        let access = Box::pin(load()).await?;
        if let Some(access) = &access
            && self.changes.load(SeqCst) == seen
        {
            self.sessions.insert(key, access.clone());
        }
        Ok(access)
    }
}
