//! Redis: what several servers share besides the database. Nothing is kept there that may not be
//! lost, and nobody waits long for it: without an answer the work goes on.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures_util::{Stream, StreamExt};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Msg, RedisResult};

/// After a failure only one request in this time tries again.
const PAUSE: Duration = Duration::from_millis(500);
/// While it lasts, a failure is told again after this time.
const TELL_AGAIN: Duration = Duration::from_secs(30);

/// A connection that is made when it is first needed, and made again when it is lost.
pub struct Redis {
    client: Client,
    manager: ConnectionManager,
    timeout: Duration,
    prefix: String,
    since: Instant,
    /// Microseconds since `since` before which nobody asks; 0 while all is well.
    paused_until: AtomicU64,
    told: AtomicU64,
}

impl Redis {
    /// Redis as configured; `None` when there is none. Must be called in a runtime.
    pub fn open(config: &crate::config::Redis) -> RedisResult<Option<Self>> {
        let Some(url) = &config.url else { return Ok(None) };
        // Trying on is done here, by whoever asks next.
        let how = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PAUSE * 2))
            .set_response_timeout(Some(config.timeout))
            .set_number_of_retries(1)
            .set_max_delay(PAUSE / 10);
        let client = Client::open(url.expose())?;
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), how)?;
        Ok(Some(Self {
            client,
            manager,
            timeout: config.timeout,
            prefix: config.prefix.clone(),
            since: Instant::now(),
            paused_until: AtomicU64::new(0),
            told: AtomicU64::new(0),
        }))
    }

    /// The whole name of a key.
    pub fn key(&self, kind: &str, name: &str) -> String {
        format!("{}:{kind}:{name}", self.prefix)
    }

    /// What Redis answers; `None` when it does not, in time.
    pub async fn ask<T>(
        &self,
        work: impl AsyncFnOnce(&mut ConnectionManager) -> RedisResult<T>,
    ) -> Option<T> {
        let asked = self.now();
        let paused = self.paused_until.load(Relaxed);
        if paused != 0 {
            let next = asked + micros(PAUSE);
            let mine = paused <= asked
                && self.paused_until.compare_exchange(paused, next, Relaxed, Relaxed).is_ok();
            if !mine {
                return None;
            }
        }
        let mut manager = self.manager.clone();
        let why = match tokio::time::timeout(self.timeout, work(&mut manager)).await {
            Ok(Ok(answer)) => {
                if self.paused_until.swap(0, Relaxed) != 0 {
                    self.told.store(0, Relaxed);
                    tracing::info!("Redis answers again");
                }
                return Some(answer);
            }
            Ok(Err(e)) => e.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        self.paused_until.store(self.now() + micros(PAUSE), Relaxed);
        self.tell(&why);
        None
    }

    /// Messages of a channel, on a connection of their own, from now on until it is lost.
    pub async fn listen(&self, channel: &str) -> RedisResult<impl Stream<Item = String> + use<>> {
        let mut messages = self.client.get_async_pubsub().await?;
        messages.subscribe(channel).await?;
        let text = |message: Msg| std::future::ready(message.get_payload::<String>().ok());
        Ok(messages.into_on_message().filter_map(text))
    }

    /// Whether it is there.
    pub async fn answers(&self) -> bool {
        self.ask(async |redis| redis::cmd("PING").query_async::<()>(redis).await).await.is_some()
    }

    fn tell(&self, why: &str) {
        let (now, told) = (self.now(), self.told.load(Relaxed));
        let due = told == 0 || now >= told + micros(TELL_AGAIN);
        if due && self.told.compare_exchange(told, now, Relaxed, Relaxed).is_ok() {
            tracing::warn!(
                target: "security",
                why,
                "Redis does not answer: requests are not counted meanwhile, sign-ins here only"
            );
        }
    }

    /// Never 0.
    fn now(&self) -> u64 {
        micros(self.since.elapsed()) + 1
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 2)
}
