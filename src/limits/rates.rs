//! Who may take how much, and how fast it flows back: the figures behind the policies.

use std::num::NonZeroU32;
use std::time::Duration;

/// What is limited. Each has buckets of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Requests of a caller, whether a user, an API key or an address.
    Api,
    /// Requests of a user or an API key, over the hour.
    SignedIn,
    /// Requests from an address of those who are not signed in, over the hour.
    Anonymous,
    /// Requests of a caller that hold one of certain fields.
    Burst,
    /// Requests of a whole tenant.
    Tenant,
    /// Points of query cost of a caller.
    Cost,
    /// Tries to sign in to one account.
    AuthAccount,
    /// Tries to sign in from one address.
    AuthAddress,
}

impl Policy {
    /// Its name in headers and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::SignedIn => "signed-in",
            Self::Anonymous => "anonymous",
            Self::Burst => "burst",
            Self::Tenant => "tenant",
            Self::Cost => "cost",
            Self::AuthAccount => "auth",
            Self::AuthAddress => "auth-address",
        }
    }

    /// Whether it holds even when the others can't be counted: guessing passwords is never free.
    pub(super) const fn always_holds(self) -> bool {
        matches!(self, Self::AuthAccount | Self::AuthAddress)
    }
}

/// How much a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// What flows back in one window.
    per_window: NonZeroU32,
    /// Seconds.
    window: u32,
    /// What the bucket holds when it is full.
    pub capacity: u32,
}

impl Rate {
    pub const fn per_minute(amount: NonZeroU32) -> Self {
        Self { per_window: amount, window: 60, capacity: amount.get() }
    }

    pub const fn per_hour(amount: NonZeroU32) -> Self {
        Self { per_window: amount, window: 3600, capacity: amount.get() }
    }

    /// Holds so much more than flows back in a window.
    #[must_use]
    pub const fn with_burst(self, burst: u32) -> Self {
        Self { capacity: self.capacity.saturating_add(burst), ..self }
    }

    /// What flows back in one window.
    pub const fn per_window(self) -> NonZeroU32 {
        self.per_window
    }

    /// How much more it holds.
    pub const fn burst(self) -> u32 {
        self.capacity - self.per_window.get()
    }

    /// Seconds of its window.
    pub const fn window(self) -> u32 {
        self.window
    }

    /// The microseconds in which so much flows back.
    pub(super) const fn time_for(self, amount: u32) -> u64 {
        amount as u64 * self.window as u64 * 1_000_000 / self.per_window.get() as u64
    }

    /// How much is left in a bucket that is full again after so many microseconds.
    pub(super) fn left(self, full_in: u64) -> u32 {
        let used = u128::from(full_in) * u128::from(self.per_window.get());
        let used = used.div_ceil(u128::from(self.window) * 1_000_000);
        self.capacity.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
    }
}

/// The figures of all policies: the server's own, or those of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    pub api: Rate,
    pub signed_in: Rate,
    pub anonymous: Rate,
    pub burst: Rate,
    pub tenant: Option<Rate>,
    pub cost: Rate,
    pub auth_account: Rate,
    pub auth_address: Rate,
}

impl Rates {
    pub fn new(config: &crate::config::Limits) -> Self {
        Self {
            api: Rate::per_minute(config.api_per_minute).with_burst(config.api_burst.get()),
            signed_in: Rate::per_hour(config.signed_in_per_hour),
            anonymous: Rate::per_hour(config.anonymous_per_hour),
            burst: Rate::per_minute(config.burst_per_minute),
            tenant: config.tenant_per_minute.map(Rate::per_minute),
            cost: Rate::per_minute(config.cost_per_minute),
            auth_account: Rate::per_minute(config.auth_per_minute),
            auth_address: Rate::per_minute(config.auth_per_minute_address),
        }
    }
}

/// How a bucket stands after something was taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    pub policy: Policy,
    pub rate: Rate,
    pub left: u32,
    /// Until it is full again.
    pub full_in: Duration,
}

impl Level {
    pub(super) fn new(policy: Policy, rate: Rate, full_in: u64) -> Self {
        Self { policy, rate, left: rate.left(full_in), full_in: Duration::from_micros(full_in) }
    }

    /// A bucket in which nothing is left.
    pub fn empty(policy: Policy, rate: Rate) -> Self {
        Self::new(policy, rate, rate.time_for(rate.capacity))
    }

    /// The same after so much was put back.
    #[must_use]
    pub fn put_back(self, amount: u32) -> Self {
        let full_in = u64::try_from(self.full_in.as_micros()).unwrap_or(u64::MAX);
        let full_in = full_in.saturating_sub(self.rate.time_for(amount));
        Self::new(self.policy, self.rate, full_in)
    }
}
