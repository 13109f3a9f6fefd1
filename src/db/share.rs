//! Each tenant's share of the pool: how many connections it may hold at once. There is one for the
//! process, however often and by whatever name the tenant is looked up, and it lasts for as long
//! as anybody uses it.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// With fewer tenants, shares that nobody uses are not looked for.
const FEW: usize = 1_000;

/// What a tenant may use of the database; `None` is what all may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Connections it may hold at once.
    pub connections: Option<usize>,
    /// How long one of its statements may run.
    pub statement: Option<Duration>,
}

/// The shares in use.
pub(super) struct Shares {
    standard: usize,
    of: Mutex<HashMap<Uuid, (usize, Weak<Semaphore>)>>,
}

impl Shares {
    pub(super) fn new(standard: usize) -> Self {
        Self { standard: standard.max(1), of: Mutex::default() }
    }

    /// The tenant's permits. When their number changes, those given out before count no more.
    pub(super) fn of(&self, tenant: Uuid, connections: Option<usize>) -> Arc<Semaphore> {
        let size = connections.unwrap_or(self.standard).max(1);
        let mut shares = self.of.lock();
        if let Some((same, permits)) = shares.get(&tenant)
            && *same == size
            && let Some(permits) = permits.upgrade()
        {
            return permits;
        }
        if shares.len() >= FEW.max(shares.capacity() / 2) {
            shares.retain(|_, (_, permits)| permits.strong_count() > 0);
        }
        let permits = Arc::new(Semaphore::new(size));
        shares.insert(tenant, (size, Arc::downgrade(&permits)));
        permits
    }
}
