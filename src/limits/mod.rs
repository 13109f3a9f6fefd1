//! Rate limits, in this process: named policies, each with a bucket for each key.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{AppError, Result};

/// Above this many keys, those with full buckets are forgotten.
const MANY_KEYS: usize = 50_000;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Operations of one caller: a user, or an address that is not signed in.
    Api,
    /// Tries to sign in to one account.
    AuthAccount,
    /// Tries to sign in from one address.
    AuthAddress,
}

/// All policies with their buckets. Keys carry the tenant, so tenants never share one.
pub struct Limits {
    enabled: bool,
    clock: DefaultClock,
    api: DefaultKeyedRateLimiter<u64>,
    auth_account: DefaultKeyedRateLimiter<u64>,
    auth_address: DefaultKeyedRateLimiter<u64>,
}

impl Limits {
    pub fn new(config: &crate::config::Limits) -> Self {
        let per_minute = |n: NonZeroU32| RateLimiter::keyed(Quota::per_minute(n));
        let api_burst = config.api_per_minute.saturating_add(config.api_burst.get());
        Self {
            enabled: config.enabled,
            clock: DefaultClock::default(),
            api: RateLimiter::keyed(
                Quota::per_minute(config.api_per_minute).allow_burst(api_burst),
            ),
            auth_account: per_minute(config.auth_per_minute),
            auth_address: per_minute(config.auth_per_minute_address),
        }
    }

    /// Takes one from the key's bucket, or says when there will be one.
    pub fn take(&self, policy: Policy, key: impl Hash) -> Result<()> {
        if !self.enabled {
            return Ok(());
        }
        let limiter = match policy {
            Policy::Api => &self.api,
            Policy::AuthAccount => &self.auth_account,
            Policy::AuthAddress => &self.auth_address,
        };
        if limiter.len() > MANY_KEYS {
            limiter.retain_recent();
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        limiter.check_key(&hasher.finish()).map_err(|not_until| AppError::RateLimited {
            retry_after: not_until.wait_time_from(self.clock.now()).max(Duration::from_secs(1)),
        })
    }
}
