//! Rate limits, in this process: named policies, each with a bucket for each key.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{AppError, Result};

/// Above this many keys, those with full buckets are forgotten.
const MANY_KEYS: usize = 50_000;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Operations of a user.
    SignedIn,
    /// Operations from an address, of those who are not signed in.
    Anonymous,
    /// Tries to sign in to one account.
    AuthAccount,
    /// Tries to sign in from one address.
    AuthAddress,
}

/// All policies with their buckets. The callers' keys say who shares one: those of operations
/// and accounts name the tenant, that of tries from an address does not.
pub struct Limits {
    enabled: bool,
    clock: DefaultClock,
    signed_in: Buckets,
    anonymous: Buckets,
    auth_account: Buckets,
    auth_address: Buckets,
}

/// A policy's limiters; each has to allow a request.
type Buckets = Vec<DefaultKeyedRateLimiter<u64>>;

impl Limits {
    pub fn new(config: &crate::config::Limits) -> Self {
        let api_burst = config.api_per_minute.saturating_add(config.api_burst.get());
        let api = || Quota::per_minute(config.api_per_minute).allow_burst(api_burst);
        Self {
            enabled: config.enabled,
            clock: DefaultClock::default(),
            signed_in: buckets([api(), Quota::per_hour(config.signed_in_per_hour)]),
            anonymous: buckets([api(), Quota::per_hour(config.anonymous_per_hour)]),
            auth_account: buckets([Quota::per_minute(config.auth_per_minute)]),
            auth_address: buckets([Quota::per_minute(config.auth_per_minute_address)]),
        }
    }

    /// Takes one from the key's buckets, or says when there will be one.
    pub fn take(&self, policy: Policy, key: impl Hash) -> Result<()> {
        if !self.enabled {
            return Ok(());
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let key = hasher.finish();
        let buckets = match policy {
            Policy::SignedIn => &self.signed_in,
            Policy::Anonymous => &self.anonymous,
            Policy::AuthAccount => &self.auth_account,
            Policy::AuthAddress => &self.auth_address,
        };
        for limiter in buckets {
            if limiter.len() > MANY_KEYS {
                limiter.retain_recent();
            }
            limiter.check_key(&key).map_err(|not_until| AppError::RateLimited {
                retry_after: not_until.wait_time_from(self.clock.now()).max(Duration::from_secs(1)),
            })?;
        }
        Ok(())
    }
}

fn buckets<const N: usize>(quotas: [Quota; N]) -> Buckets {
    quotas.into_iter().map(RateLimiter::keyed).collect()
}
