//! The process: everything that outlives a single operation.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use super::Afterwards;
use crate::auth::oidc::Issuers;
use crate::auth::password::Passwords;
use crate::auth::seal::Seal;
use crate::auth::tokens::Tokens;
use crate::auth::vault::Vault;
use crate::authz::AccessCache;
use crate::base::clock::Clock;
use crate::bus::Bus;
use crate::config::Config;
use crate::db::{Db, Meter};
use crate::error::Result;
use crate::limits::Limits;
use crate::live::Live;
use crate::mail::Mail;
use crate::outbound::Outbound;
use crate::redis::Redis;
use crate::security::Security;
use crate::tenancy::{Addresses, Directory, Hosts, Tenant};

/// API keys whose last use is remembered; of others it is noted once more than needed.
const MAX_KEY_USES: u64 = 10_000;

/// What all operations share.
pub struct App {
    pub config: Config,
    pub clock: Clock,
    pub db: Db,
    pub bus: Bus,
    pub hosts: Hosts,
    pub directory: Directory,
    pub access: AccessCache,
    pub tokens: Tokens,
    pub vault: Vault,
    /// When the use of an API key was last noted.
    pub key_uses: Cache<Uuid, DateTime<Utc>>,
    pub passwords: Passwords,
    pub limits: Limits,
    pub security: Security,
    /// Events as they happen.
    pub live: Live,
    /// What is shared with other servers; `None` for one alone.
    pub redis: Option<Arc<Redis>>,
    pub mail: Mail,
    pub seal: Seal,
    /// For requests to addresses that tenants have chosen.
    pub outbound: Outbound,
    /// The providers that people sign in with.
    pub issuers: Issuers,
    pub afterwards: Afterwards,
    addresses: Addresses,
}

impl App {
    /// Starts what works in the background; within a runtime only.
    pub fn new(
        config: Config,
        clock: Clock,
        db: Db,
        bus: Bus,
        tokens: Tokens,
        vault: Vault,
    ) -> Arc<Self> {
        let redis = Redis::open(&config.redis).unwrap_or_else(|e| {
            tracing::error!(error = %e, "Redis can't be used: limits hold for this process alone");
            None
        });
        let redis = redis.map(Arc::new);
        if let Some(redis) = &redis {
            bus.relay_over(redis.clone());
        }
        let limits = Limits::new(&config.limits, redis.clone());
        let outbound = Outbound::new(&config.outbound);
        Arc::new(Self {
            hosts: Hosts::new(&config.http),
            directory: Directory::new(db.clone(), bus.clone(), limits.rates().clone()),
            access: AccessCache::new(bus.clone()),
            passwords: Passwords::default(),
            limits,
            live: Live::new(db.clone(), &bus),
            security: Security::start(db.clone(), clock.clone(), config.security.retention_days),
            redis,
            mail: Mail::new(&config),
            seal: Seal::new(&config),
            issuers: Issuers::new(outbound.clone()),
            outbound,
            afterwards: Afterwards::default(),
            addresses: Addresses::new(&config),
            tokens,
            vault,
            key_uses: Cache::new(MAX_KEY_USES),
            config,
            clock,
            db,
            bus,
        })
    }

    /// The URL of a host of ours, without a slash at the end.
    pub fn url_of(&self, host: &str) -> String {
        self.addresses.of(host)
    }

    /// Where people reach a tenant's pages: `https://acme.example.com`, without a slash at the end.
    pub async fn address_of(&self, tenant: &Tenant) -> Result<String> {
        let primary = self.directory.primary_domain(tenant.id, &Meter::default()).await?;
        let host = primary.or_else(|| self.hosts.of_schema(&tenant.schema)).unwrap_or_default();
        Ok(self.addresses.of(&host))
    }
}
