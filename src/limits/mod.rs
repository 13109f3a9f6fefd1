//! How often one may ask, and for how much: named policies, each with a bucket for each key. The
//! buckets are in this process, or in Redis when several servers share them.

mod buckets;
mod rates;
mod shared;
mod turns;

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use self::buckets::Times;
use self::shared::Shared;
use crate::error::{AppError, Result};
use crate::redis::Redis;

pub use rates::{Level, Policy, Rate, Rates};
pub use turns::{Turn, Turns};

/// All buckets. The callers' keys say who shares one: those of operations and accounts name the
/// tenant, that of tries from an address does not.
pub struct Limits {
    enabled: bool,
    rates: Arc<Rates>,
    since: Instant,
    here: Times,
    /// Callers without requests left, and until when. They are refused before anything is read.
    closed: Times,
    shared: Option<Shared>,
    /// So that nobody can choose a name whose bucket is somebody else's.
    seed: RandomState,
}

/// What is to be taken from one bucket.
#[derive(Debug, Clone, Copy)]
pub struct Draw {
    pub policy: Policy,
    pub rate: Rate,
    key: u128,
    amount: u32,
}

/// How the buckets stand, and whether something was taken from them.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// In the order of the draws; empty when nothing is counted.
    pub levels: Vec<Level>,
    /// The policy that did not allow it, and how long to wait. Then nothing was taken.
    pub refused: Option<(Policy, Duration)>,
}

impl Limits {
    pub fn new(config: &crate::config::Limits, redis: Option<Arc<Redis>>) -> Self {
        Self {
            enabled: config.enabled,
            rates: Arc::new(Rates::new(config)),
            since: Instant::now(),
            here: Times::default(),
            closed: Times::default(),
            shared: redis.map(Shared::new),
            seed: RandomState::new(),
        }
    }

    /// Whether anything is counted.
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// The server's own figures, which hold where a tenant has none.
    pub fn rates(&self) -> &Arc<Rates> {
        &self.rates
    }

    /// A draw on the bucket of `key`. Another rate is another bucket, so that a change of the
    /// figures holds at once.
    pub fn draw(&self, policy: Policy, rate: Rate, key: impl Hash, amount: u32) -> Draw {
        let key = (policy, rate, key);
        let key = match &self.shared {
            Some(_) => {
                let mut hasher = Shared256::default();
                key.hash(&mut hasher);
                hasher.long()
            }
            None => u128::from(self.seed.hash_one(key)),
        };
        Draw { policy, rate, key, amount }
    }

    /// Takes from all buckets, or from none.
    pub async fn take_all(&self, draws: &[Draw]) -> Taken {
        if !self.enabled {
            return Taken::default();
        }
        let answer = match &self.shared {
            None => return self.take_here(draws),
            Some(shared) => shared.take(draws).await,
        };
        let Some(answer) = answer else {
            let draws: Vec<Draw> =
                draws.iter().filter(|draw| draw.policy.always_holds()).copied().collect();
            return self.take_here(&draws);
        };
        let level = |(draw, full_in): (&Draw, u64)| Level::new(draw.policy, draw.rate, full_in);
        Taken {
            levels: draws.iter().zip(answer.full_in).map(level).collect(),
            refused: answer.refused.map(|(policy, wait)| (policy, Duration::from_micros(wait))),
        }
    }

    fn take_here(&self, draws: &[Draw]) -> Taken {
        let now = self.now();
        let mut taken = Taken { levels: Vec::with_capacity(draws.len()), refused: None };
        for (at, draw) in draws.iter().enumerate() {
            match self.here.take(draw.key, draw.rate, draw.amount, now) {
                Ok(full_in) => taken.levels.push(Level::new(draw.policy, draw.rate, full_in)),
                Err(wait) => {
                    for (draw, level) in draws[..at].iter().zip(&mut taken.levels) {
                        self.here.put_back(draw.key, draw.rate, draw.amount);
                        *level = level.put_back(draw.amount);
                    }
                    let full_in = self.here.get(draw.key).unwrap_or(now).saturating_sub(now);
                    taken.levels.push(Level::new(draw.policy, draw.rate, full_in));
                    taken.refused = Some((draw.policy, Duration::from_micros(wait)));
                    break;
                }
            }
        }
        taken
    }

    /// Puts back what was taken and not used.
    pub fn put_back(&self, draw: &Draw, amount: u32) {
        if !self.enabled || amount == 0 {
            return;
        }
        match &self.shared {
            Some(shared) => shared.put_back(draw, amount),
            None => self.here.put_back(draw.key, draw.rate, amount),
        }
    }

    /// Takes one from the key's bucket at the server's own rate, or says when there will be one.
    pub async fn take(&self, policy: Policy, key: impl Hash) -> Result<()> {
        let rates = self.rates.clone();
        self.take_at(&rates, policy, key).await
    }

    /// The same at the rate of a tenant.
    pub async fn take_at(&self, rates: &Rates, policy: Policy, key: impl Hash) -> Result<()> {
        let Some(rate) = rates.of(policy) else { return Ok(()) };
        let taken = self.take_all(&[self.draw(policy, rate, key, 1)]).await;
        match taken.refused {
            None => Ok(()),
            Some((policy, wait)) => {
                tracing::warn!(target: "security", policy = policy.name(), "rate limit reached");
                Err(AppError::RateLimited { retry_after: wait.max(Duration::from_secs(1)) })
            }
        }
    }

    /// Remembers that this bucket is empty.
    pub fn close(&self, draw: &Draw, wait: Duration) {
        let now = self.now();
        self.closed.put(draw.key, now + u64::try_from(wait.as_micros()).unwrap_or(0), now);
    }

    /// How long this bucket stays empty, when it was found to be.
    pub fn closed(&self, draw: &Draw) -> Option<Duration> {
        let until = self.closed.get(draw.key)?;
        until.checked_sub(self.now()).filter(|wait| *wait > 0).map(Duration::from_micros)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX / 2)
    }
}

impl Rates {
    /// The rate of a policy; `None` when it has none.
    pub fn of(&self, policy: Policy) -> Option<Rate> {
        match policy {
            Policy::Api => Some(self.api),
            Policy::SignedIn => Some(self.signed_in),
            Policy::Anonymous => Some(self.anonymous),
            Policy::Burst => Some(self.burst),
            Policy::Tenant => self.tenant,
            Policy::Cost => Some(self.cost),
            Policy::AuthAccount => Some(self.auth_account),
            Policy::AuthAddress => Some(self.auth_address),
        }
    }
}

/// Whom an address stands for. Whoever has one of version 6 has the whole network of 64 bits, and
/// could take another for each request.
pub fn network(address: Option<IpAddr>) -> Option<IpAddr> {
    address.map(|address| match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    })
}

/// The same number in every process.
#[derive(Default)]
struct Shared256(Sha256);

impl Shared256 {
    fn long(self) -> u128 {
        let hash = self.0.finalize();
        hash.iter().take(16).fold(0, |all, byte| all << 8 | u128::from(*byte))
    }
}

impl Hasher for Shared256 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0 // only `long` is asked for
    }
}
