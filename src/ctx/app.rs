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
}

impl App {
    pub fn new(config: Config, clock: Clock, db: Db, bus: Bus, tokens: Tokens) -> Arc<Self> {
        Arc::new(Self {
            hosts: Hosts::new(&config.http),
            directory: Directory::new(db.clone(), bus.clone()),
            access: AccessCache::new(bus.clone()),
            passwords: Passwords::default(),
            limits: Limits::new(&config.limits),
            tokens,
            config,
            clock,
            db,
            bus,
        })
    }
}
