//! Which connection of the pool is a tenant's own. A connection that knows the tenant needs no
//! pin and no planning, so tenants keep to one, and wait a little for it when it is lent.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a request waits for its tenant's own connection before it takes another that has met
/// the tenant; that one only has to be pinned.
const WAIT: Duration = Duration::from_millis(5);
/// And before it takes one that has not, and has to plan the tenant's statements first.
const LONG_WAIT: Duration = Duration::from_millis(25);
/// Tenants remembered; beyond it all are given homes anew.
const MAX_TENANTS: usize = 50_000;

/// Where a connection is that opens while the pool is full, until it takes another's place.
const NOWHERE: usize = usize::MAX;

/// The homes of one pool, as many as it may have connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Homes {
    /// One turn for each home: its tenants queue for it, first come, first served.
    turns: Arc<[Arc<Semaphore>]>,
    state: Arc<Mutex<State>>,
}

struct State {
    /// Homes without a connection.
    vacant: Vec<usize>,
    of: HashMap<u64, usize>,
    /// Tenants of each home.
    tenants: Vec<usize>,
}

/// A connection's place; vacant again when dropped.
pub(super) struct Home {
    pub(super) at: usize,
    homes: Homes,
}

impl Homes {
    pub(super) fn new(count: usize) -> Self {
        let state = State {
            vacant: (0..count).rev().collect(),
            of: HashMap::new(),
            tenants: vec![0; count],
        };
        Self {
            turns: (0..count).map(|_| Arc::new(Semaphore::new(1))).collect(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.turns.len()
    }

    /// A vacant home, if there is one, for a new connection.
    pub(super) fn settle(&self) -> Home {
        let at = self.state.lock().vacant.pop().unwrap_or(NOWHERE);
        Home { at, homes: self.clone() }
    }

    /// The tenant's home; a new tenant gets the one with the fewest tenants.
    pub(super) fn of(&self, tenant: u64) -> usize {
        let mut state = self.state.lock();
        if let Some(home) = state.of.get(&tenant) {
            return *home;
        }
        if state.of.len() >= MAX_TENANTS {
            state.of.clear();
            state.tenants.fill(0);
        }
        let fewest = state.tenants.iter().enumerate().min_by_key(|(_, tenants)| **tenants);
        let home = fewest.map_or(0, |(home, _)| home);
        state.of.insert(tenant, home);
        if let Some(tenants) = state.tenants.get_mut(home) {
            *tenants += 1;
        }
        home
    }

    /// Waits for the home's connection, in the order of coming; `None` when another will do.
    /// `pinned` says whether an idle one serves the tenant as it is, as with several requests of a
    /// busy tenant at once; `met` whether an idle one has met the tenant.
    pub(super) async fn turn(
        &self,
        home: usize,
        pinned: impl Fn() -> bool,
        met: impl Fn() -> bool,
    ) -> Option<OwnedSemaphorePermit> {
        let turn = self.turns.get(home)?;
        if let Ok(turn) = turn.clone().try_acquire_owned() {
            return Some(turn);
        }
        if pinned() {
            return None;
        }
        let mut turn = pin!(turn.clone().acquire_owned());
        if let Ok(turn) = timeout(WAIT, &mut turn).await {
            return turn.ok();
        }
        if met() {
            return None;
        }
        timeout(LONG_WAIT, turn).await.ok()?.ok()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.at != NOWHERE {
            self.homes.state.lock().vacant.push(self.at);
        }
    }
}
