//! What a request takes from its caller's buckets, and what the answer tells of them.
//!
//! Buckets are found by tenant and caller. Nothing is taken before the operation's cost is known,
//! so that it is taken from all buckets at once; those who have nothing left are refused before
//! their request is read.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Value;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use super::reply::Cost;
use crate::authz::Through;
use crate::ctx::{Actor, App, Core, Scope};
use crate::error::AppError;
use crate::graphql::document::{Estimate, Operation};
use crate::limits::{Draw, Level, Policy, Rates, Taken, network};

const POLICIES: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The buckets of one request.
pub(super) struct Budget {
    app: Arc<App>,
    rates: Arc<Rates>,
    caller: Caller,
    /// For the request as such, whatever it asks.
    requests: Vec<Draw>,
    cost: Option<Draw>,
    taken: Taken,
}

/// Whose buckets they are. Those of a tenant are never another's.
#[derive(Debug, Clone, Copy, Hash)]
enum Caller {
    SignedIn(Option<Uuid>, Uuid),
    Key(Option<Uuid>, Uuid),
    Anonymous(Option<Uuid>, Option<std::net::IpAddr>),
}

impl Budget {
    pub(super) fn of(core: &Core) -> Self {
        let (app, rates) = (core.app.clone(), core.rates().clone());
        let tenant = match &core.scope {
            Scope::Tenant(tenant) => Some(tenant.id.0),
            Scope::Platform => None,
        };
        let (caller, hourly) = match &core.actor {
            Actor::SignedIn(access) => {
                let caller = match access.through {
                    Through::Key(key) => Caller::Key(tenant, key),
                    Through::Session(_) => Caller::SignedIn(tenant, access.subject()),
                };
                (caller, Policy::SignedIn)
            }
            _ => (Caller::Anonymous(tenant, network(core.origin.ip)), Policy::Anonymous),
        };
        let mut requests = Vec::with_capacity(5);
        if app.limits.enabled() {
            for policy in [Policy::Api, hourly] {
                requests.extend(rates.of(policy).map(|r| app.limits.draw(policy, r, caller, 1)));
            }
            let whole = rates.tenant.filter(|_| tenant.is_some());
            requests.extend(whole.map(|r| app.limits.draw(Policy::Tenant, r, tenant, 1)));
        }
        Self { app, rates, caller, requests, cost: None, taken: Taken::default() }
    }

    /// Refuses who was refused a moment ago and can't have anything yet.
    pub(super) fn check(&mut self) -> Result<(), AppError> {
        for draw in &self.requests {
            if let Some(wait) = self.app.limits.closed(draw) {
                self.taken.levels = vec![Level::empty(draw.policy, draw.rate)];
                return Err(refused(wait));
            }
        }
        Ok(())
    }

    /// Takes what the operation may cost, or one request alone if it is none.
    pub(super) async fn take(
        &mut self,
        operation: Option<(&Operation, Estimate)>,
    ) -> Result<(), AppError> {
        let limits = &self.app.limits;
        if !limits.enabled() {
            return Ok(());
        }
        let mut draws = self.requests.clone();
        if let Some((operation, estimate)) = operation {
            let dear = &self.app.config.limits.burst_fields;
            if operation.root_fields.iter().any(|f| dear.iter().any(|dear| dear == f.as_str())) {
                draws.push(limits.draw(Policy::Burst, self.rates.burst, self.caller, 1));
            }
            let points = estimate.points();
            let cost = limits.draw(Policy::Cost, self.rates.cost, self.caller, points);
            draws.push(cost);
            self.cost = Some(cost);
        }
        self.taken = limits.take_all(&draws).await;
        let Some((policy, wait)) = self.taken.refused else { return Ok(()) };
        if matches!(policy, Policy::Cost | Policy::Burst) {
            // It was a request all the same, or asking in vain would be free.
            for counted in limits.take_all(&self.requests).await.levels {
                let same = |level: &&mut Level| level.policy == counted.policy;
                if let Some(level) = self.taken.levels.iter_mut().find(same) {
                    *level = counted;
                }
            }
        }
        if let Some(draw) = self.requests.iter().find(|draw| draw.policy == policy) {
            limits.close(draw, wait);
        }
        Err(refused(wait))
    }

    /// The policy that did not allow the request. Known once for each time that a bucket is found
    /// empty, not for each request after it.
    pub(super) fn refused_by(&self) -> Option<Policy> {
        self.taken.refused.map(|(policy, _)| policy)
    }

    /// Puts back what the operation did not use, and says what it cost. `data` is what came out;
    /// `None` when nothing had to be done.
    pub(super) fn settle(&mut self, estimate: Estimate, data: Option<&Value>) -> Option<Cost> {
        let draw = self.cost?;
        let level = self.taken.levels.iter_mut().find(|level| level.policy == Policy::Cost)?;
        let requested = estimate.points();
        let actual = data.map_or(1, |data| estimate.actual(data));
        self.app.limits.put_back(&draw, requested - actual);
        *level = level.put_back(requested - actual);
        Some(Cost {
            requested,
            actual,
            limit: level.rate.capacity,
            remaining: level.left,
            reset_at: self.app.clock.now() + level.full_in,
        })
    }

    /// Tells how the buckets stand: as the IETF's draft has it, and for the fullest used of those
    /// that count requests in the form that came before.
    pub(super) fn stamp(&self, headers: &mut HeaderMap) {
        let levels = &self.taken.levels;
        let requests = levels.iter().filter(|level| level.policy != Policy::Cost);
        let Some(least) = requests.min_by_key(|level| level.left) else { return };
        let mut policies = String::with_capacity(96);
        let mut standing = String::with_capacity(96);
        for level in levels {
            let comma = if policies.is_empty() { "" } else { ", " };
            let (name, rate, full_in) = (level.policy.name(), level.rate, seconds(level.full_in));
            let (capacity, window) = (rate.capacity, rate.window());
            _ = write!(policies, "{comma}\"{name}\";q={capacity};w={window}");
            _ = write!(standing, "{comma}\"{name}\";r={};t={full_in}", level.left);
        }
        headers.extend([(POLICIES, policies), (STANDING, standing)].into_iter().filter_map(
            |(name, text)| Some((name, HeaderValue::from_maybe_shared(text.into_bytes()).ok()?)),
        ));
        headers.insert(LIMIT, least.rate.capacity.into());
        headers.insert(REMAINING, least.left.into());
        headers.insert(RESET, seconds(least.full_in).into());
    }
}

fn refused(wait: Duration) -> AppError {
    AppError::RateLimited { retry_after: wait.max(Duration::from_secs(1)) }
}

/// Whole seconds, rounded up.
fn seconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
