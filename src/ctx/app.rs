//! The process: everything that outlives a single operation.

use std::sync::Arc;

use crate::auth::password::Passwords;
use crate::auth::tokens::Tokens;
use crate::authz::AccessCache;
use crate::base::clock::Clock;
use crate::bus::Bus;
use crate::config::Config;
use crate::db::Db;
use crate::limits::Limits;
use crate::redis::Redis;
use crate::tenancy::{Directory, Hosts};

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
    pub passwords: Passwords,
    pub limits: Limits,
    /// What is shared with other servers; `None` for one alone.
    pub redis: Option<Arc<Redis>>,
}

impl App {
    pub fn new(config: Config, clock: Clock, db: Db, bus: Bus, tokens: Tokens) -> Arc<Self> {
        let redis = Redis::open(&config.redis).unwrap_or_else(|e| {
            tracing::error!(error = %e, "Redis can't be used: limits hold for this process alone");
            None
        });
        let redis = redis.map(Arc::new);
        Arc::new(Self {
            hosts: Hosts::new(&config.http),
            directory: Directory::new(db.clone(), bus.clone()),
            access: AccessCache::new(bus.clone()),
            passwords: Passwords::default(),
            limits: Limits::new(&config.limits, redis.clone()),
            redis,
            tokens,
            config,
            clock,
            db,
            bus,
        })
    }
}
