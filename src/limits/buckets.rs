//! Buckets in this process. A bucket is one number: when it will be full again (GCRA). One that is
//! full is not kept, so that those who went away cost nothing.

use std::collections::HashMap;

use parking_lot::Mutex;

use super::rates::Rate;

/// Locks, so that requests of different callers seldom wait for each other.
const SHARDS: usize = 32;
/// A shard with fewer buckets is not searched for full ones.
const FEW: usize = 1_000;

/// Times by key, in microseconds of the caller's clock; those that are past are forgotten.
pub(super) struct Times(Box<[Mutex<Shard>]>);

#[derive(Default)]
struct Shard {
    times: HashMap<u128, u64>,
    /// How many there are when they are searched the next time.
    search_at: usize,
}

impl Default for Times {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }
}

impl Times {
    /// Takes from a bucket: when it will be full again. If it holds too little nothing is taken,
    /// and the answer is how long to wait.
    pub(super) fn take(&self, key: u128, rate: Rate, amount: u32, now: u64) -> Result<u64, u64> {
        let mut shard = self.shard(key).lock();
        let full_at = shard.times.get(&key).map_or(now, |at| *at).max(now) + rate.time_for(amount);
        let latest = now + rate.time_for(rate.capacity);
        if full_at > latest {
            return Err(full_at - latest);
        }
        shard.put(key, full_at, now);
        Ok(full_at - now)
    }

    /// Puts back what was taken and not used.
    pub(super) fn put_back(&self, key: u128, rate: Rate, amount: u32) {
        if let Some(full_at) = self.shard(key).lock().times.get_mut(&key) {
            *full_at = full_at.saturating_sub(rate.time_for(amount));
        }
    }

    pub(super) fn get(&self, key: u128) -> Option<u64> {
        self.shard(key).lock().times.get(&key).copied()
    }

    pub(super) fn put(&self, key: u128, at: u64, now: u64) {
        self.shard(key).lock().put(key, at, now);
    }

    fn shard(&self, key: u128) -> &Mutex<Shard> {
        &self.0[(key % SHARDS as u128) as usize]
    }
}

impl Shard {
    fn put(&mut self, key: u128, at: u64, now: u64) {
        self.times.insert(key, at);
        if self.times.len() > self.search_at.max(FEW) {
            self.times.retain(|_, at| *at > now);
            self.search_at = self.times.len() * 2;
        }
    }
}
