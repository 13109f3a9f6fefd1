//! "There are new events": hints that come often, so that many go out together. They go over Redis
//! when there is one, and over NOTIFY otherwise. One that is lost costs a few seconds, not an event.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use parking_lot::Mutex;
use tokio::sync::Notify;
use uuid::Uuid;

use super::Bus;
use crate::redis::Redis;

/// So long after one message the next may follow.
const PAUSE: Duration = Duration::from_millis(10);
/// Tenants named in a message; PostgreSQL takes less than 8,000 bytes.
const TENANTS: usize = 200;
/// After the connection to Redis is lost.
const AFTER_LOSS: Duration = Duration::from_secs(1);

/// Hints on their way out.
#[derive(Default)]
pub(super) struct Hints {
    /// Whose messages these are: a process has heard its own already.
    node: Node,
    waiting: Mutex<BTreeSet<Uuid>>,
    due: Notify,
    redis: OnceLock<Arc<Redis>>,
}

struct Node(String);

impl Default for Node {
    fn default() -> Self {
        Self(Uuid::now_v7().simple().to_string())
    }
}

impl Hints {
    pub(super) fn add(&self, tenant: Uuid) {
        self.waiting.lock().insert(tenant);
        self.due.notify_one();
    }

    /// The tenants that a message names: none in one of our own. `None`: it is no hint.
    pub(super) fn read<'a>(
        &self,
        message: &'a str,
    ) -> Option<impl Iterator<Item = Uuid> + use<'a>> {
        let mut words = message.split(' ');
        if words.next() != Some("hints") {
            return None;
        }
        let ours = words.next() == Some(self.node.0.as_str());
        Some(words.filter(move |_| !ours).filter_map(|id| id.parse().ok()))
    }

    /// What waits, as messages.
    fn messages(&self) -> Vec<String> {
        let waiting: Vec<Uuid> = std::mem::take(&mut *self.waiting.lock()).into_iter().collect();
        let message = |tenants: &[Uuid]| {
            let ids = tenants.iter().map(|id| format!(" {}", id.simple()));
            format!("hints {}{}", self.node.0, ids.collect::<String>())
        };
        waiting.chunks(TENANTS).map(message).collect()
    }
}

impl Bus {
    /// Sends hints over Redis from now on, as long as it answers, and hears those of others. Needs
    /// a runtime.
    pub fn relay_over(&self, redis: Arc<Redis>) {
        if self.0.hints.redis.set(redis.clone()).is_ok() {
            let bus = self.clone();
            tokio::spawn(async move {
                loop {
                    hear(&bus, &redis).await;
                    tokio::time::sleep(AFTER_LOSS).await;
                }
            });
        }
    }

    pub(super) async fn send_hints(&self) {
        let hints = &self.0.hints;
        loop {
            hints.due.notified().await;
            for message in hints.messages() {
                if !relayed(hints, &message).await {
                    self.send(&message).await;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Passes on what comes over Redis, until the connection is lost.
async fn hear(bus: &Bus, redis: &Redis) {
    if let Ok(mut messages) = redis.listen(&channel(redis)).await {
        while let Some(message) = messages.next().await {
            bus.received(&message);
        }
    }
}

/// Whether somebody has heard it over Redis: there is always this process itself.
async fn relayed(hints: &Hints, message: &str) -> bool {
    let Some(redis) = hints.redis.get() else { return false };
    let mut publish = redis::cmd("PUBLISH");
    publish.arg(channel(redis)).arg(message);
    let heard = redis.ask(async |redis| publish.query_async::<u32>(redis).await).await;
    heard.is_some_and(|heard| heard > 0)
}

fn channel(redis: &Redis) -> String {
    redis.key("bus", "hints")
}
