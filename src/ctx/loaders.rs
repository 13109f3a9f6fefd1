//! What loaders work with. Slices implement `Loader<TheirKey>` for it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::RwLockReadGuard;
use uuid::Uuid;

use super::Core;
use crate::authz::{Permission, Reach};
use crate::db::{PlatformConn, TenantConn};
use crate::error::{AppError, Result};

/// The way from a loader to the operation's own connection.
pub struct Loaders(Arc<Core>);

impl Loaders {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// On which rows the caller holds `permission`; `None`: on none.
    pub fn reach(&self, permission: &Permission) -> Option<Reach> {
        self.0.reach(permission).ok()
    }

    /// The caller and their groups, who may hold grants; `None` for nobody.
    pub fn holders(&self) -> Option<Arc<[Uuid]>> {
        self.0.personal.store(true, Relaxed);
        self.0.access().map(|access| access.holders().clone())
    }

    /// The operation's connection; the failure is shared by all who wait for the batch.
    pub async fn read(&self) -> Result<RwLockReadGuard<'_, TenantConn>, Arc<AppError>> {
        self.0.read().await.map_err(Arc::new)
    }

    /// A connection to the platform's tables.
    pub async fn platform(&self) -> Result<PlatformConn, Arc<AppError>> {
        self.0.platform().await.map_err(Arc::new)
    }
}
