//! Security events: what happened that somebody who watches over a tenant or the platform should be
//! able to look up. Rows beside the `security` log target; noting one never waits for the database.

mod event;
mod store;
pub mod suspicion;
mod window;
mod writer;

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

pub use event::{Event, Kind, SecurityEvent, SecurityEventId};
pub use store::{count, page};

use self::writer::{Message, Writer};
use crate::base::clock::Clock;
use crate::db::Db;

/// Events that may wait to be written. What comes when the queue is full is counted only.
const QUEUE: usize = 2_000;
/// How long a program with a suspicious name is not noted again at the same address.
const QUIET: Duration = Duration::from_secs(3_600);
const MAX_QUIET: u64 = 10_000;

/// Where events are noted. Cheap to clone; the writer ends with the last clone.
#[derive(Clone)]
pub struct Security {
    clock: Clock,
    queue: mpsc::Sender<Message>,
    dropped: Arc<AtomicU64>,
    seen: Cache<(Option<Uuid>, Option<IpAddr>, String), ()>,
}

impl Security {
    /// Starts the writer in the background; within a runtime only.
    pub fn start(db: Db, clock: Clock, retention_days: u32) -> Self {
        let (queue, receive) = mpsc::channel(QUEUE);
        let dropped = Arc::<AtomicU64>::default();
        let writer = Writer::new(db, clock.clone(), retention_days, dropped.clone());
        tokio::spawn(writer.run(receive));
        let seen = Cache::builder().max_capacity(MAX_QUIET).time_to_live(QUIET).build();
        Self { clock, queue, dropped, seen }
    }

    /// Notes an event. Never waits: when the queue is full, the event is in the log alone.
    pub fn note(&self, event: Event) {
        event.log();
        let at = self.clock.now();
        if self.queue.try_send(Message::Event(at, Box::new(event))).is_err() {
            self.dropped.fetch_add(1, Relaxed);
        }
    }

    /// The same for what every request of somebody would tell anew: once an hour.
    pub fn note_once(&self, event: Event) {
        let place = event.place.as_ref().map(crate::db::TenantPlace::tenant);
        let key = (place, event.ip, event.detail.clone());
        if self.seen.get(&key).is_none() {
            self.seen.insert(key, ());
            self.note(event);
        }
    }

    /// Waits until all that was noted is written, also what was held back to be counted.
    pub async fn flush(&self) {
        self.ask(Message::Flush).await;
    }

    /// Takes away what is older than it has to be kept. The writer does so by itself every hour.
    pub async fn prune(&self) {
        self.ask(Message::Prune).await;
    }

    async fn ask(&self, message: impl FnOnce(oneshot::Sender<()>) -> Message) {
        let (done, wait) = oneshot::channel();
        if self.queue.send(message(done)).await.is_ok() {
            _ = wait.await; // ends without an answer when the writer does
        }
    }
}

/// Alike events are told apart by these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    place: Option<Uuid>,
    kind: Kind,
    actor: Option<Uuid>,
    ip: Option<IpAddr>,
    detail: String,
}
