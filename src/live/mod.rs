//! What changes, while it changes: one feed of events for each tenant that somebody subscribes in,
//! read once however many there are, and the pulse that tells open connections to look again at
//! what they may do. Who subscribes, and how they are told, is in `http`.
//!
//! An event is a row of the record of changes (`audit_log`). Rows are numbered in the order of
//! their commits, so that a place in the feed is a number, and nothing comes late before it.

mod ask;
mod cursor;
mod feed;

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use uuid::Uuid;

pub use ask::{Ask, Interest};
pub use cursor::{cursor, place};
pub use feed::Feed;

use crate::bus::{Bus, Wake};
use crate::db::{Db, TenantPlace};

/// Connections that look again at what they may do, at the same time.
const LOOKING: usize = 4;

/// The feeds and pulses of the process. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    db: Db,
    feeds: Mutex<HashMap<Uuid, Weak<Feed>>>,
    /// Those of a tenant, or of the platform.
    pulses: Mutex<HashMap<Option<Uuid>, watch::Sender<u64>>>,
    looking: Semaphore,
}

impl Live {
    pub fn new(db: Db, bus: &Bus) -> Self {
        let inner = Inner {
            db,
            feeds: Mutex::default(),
            pulses: Mutex::default(),
            looking: Semaphore::new(LOOKING),
        };
        let live = Self(Arc::new(inner));
        let woken = Arc::downgrade(&live.0);
        bus.on_wake(move |wake| {
            if let Some(inner) = woken.upgrade() {
                inner.woken(wake);
            }
        });
        live
    }

    /// The tenant's feed, which ends when nobody has it any more.
    pub fn feed(&self, place: &TenantPlace) -> Arc<Feed> {
        let mut feeds = self.0.feeds.lock();
        if let Some(feed) = feeds.get(&place.tenant()).and_then(Weak::upgrade) {
            return feed;
        }
        feeds.retain(|_, feed| feed.strong_count() > 0);
        let feed = Feed::start(self.0.db.clone(), place.clone());
        feeds.insert(place.tenant(), Arc::downgrade(&feed));
        feed
    }

    /// Moves on whenever something has changed that decides what connections of the tenant, or of
    /// the platform, may do.
    pub fn pulse(&self, tenant: Option<Uuid>) -> watch::Receiver<u64> {
        let mut pulses = self.0.pulses.lock();
        pulses.retain(|_, pulse| pulse.receiver_count() > 0);
        pulses.entry(tenant).or_default().subscribe()
    }

    /// Leave to look again: a change that concerns thousands must not keep all others waiting.
    pub async fn turn_to_look(&self) -> Option<SemaphorePermit<'_>> {
        self.0.looking.acquire().await.ok()
    }
}

impl Inner {
    fn woken(&self, wake: Wake) {
        match wake {
            Wake::Events(tenant) => {
                if let Some(feed) = self.feeds.lock().get(&tenant).and_then(Weak::upgrade) {
                    feed.wake();
                }
            }
            Wake::Access(tenant) | Wake::Tenant(tenant) => self.beat(|of| of == Some(tenant)),
            // Operators may be at work in any tenant.
            Wake::Operators | Wake::SigningKeys => self.beat(|_| true),
            Wake::Work => {}
            Wake::Everything => {
                self.beat(|_| true);
                for feed in self.feeds.lock().values().filter_map(Weak::upgrade) {
                    feed.wake();
                }
            }
        }
    }

    fn beat(&self, concerned: impl Fn(Option<Uuid>) -> bool) {
        for (of, pulse) in &*self.pulses.lock() {
            if concerned(*of) {
                pulse.send_modify(|beats| *beats += 1);
            }
        }
    }
}
