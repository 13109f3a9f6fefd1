//! How many connections and subscriptions there are, and whose.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::error::{AppError, Result};

/// Counts what is open. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::http) struct Open(Arc<Mutex<HashMap<u64, u32>>>);

/// Something that may be open so many times.
pub(super) struct Limit {
    key: u64,
    limit: NonZeroU32,
    of: &'static str,
}

impl Limit {
    /// `whose` tells it from others; `of` completes "at most 200 …".
    pub(super) fn new(whose: impl Hash, limit: NonZeroU32, of: &'static str) -> Self {
        let mut hasher = DefaultHasher::new();
        (of, whose).hash(&mut hasher);
        Self { key: hasher.finish(), limit, of }
    }
}

/// Leave to have one more open, until it is dropped.
pub(super) struct Permit {
    open: Open,
    keys: Vec<u64>,
}

impl Open {
    /// One more under each of the limits, or under none.
    pub(super) fn take(&self, limits: &[Limit]) -> Result<Permit> {
        let mut counts = self.0.lock();
        let full = |limit: &&Limit| {
            counts.get(&limit.key).is_some_and(|count| *count >= limit.limit.get())
        };
        if let Some(full) = limits.iter().find(full) {
            let (limit, of) = (full.limit.get(), full.of);
            return Err(AppError::TooManySubscriptions { limit, of });
        }
        for limit in limits {
            *counts.entry(limit.key).or_default() += 1;
        }
        drop(counts);
        Ok(Permit { open: self.clone(), keys: limits.iter().map(|limit| limit.key).collect() })
    }

    /// Waits until nothing is open any more, for so long.
    pub(in crate::http) async fn end(&self, patience: Duration) {
        let all_closed = async {
            while !self.0.lock().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(patience, all_closed).await.is_err() {
            tracing::warn!("some connections did not close in time");
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = self.open.0.lock();
        for key in &self.keys {
            if let Some(count) = counts.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(key);
                }
            }
        }
    }
}
