//! Tenants, and the directory that finds them by host name or id.

mod addresses;
mod directory;
mod figures;
mod host;

use std::sync::Arc;

use crate::base::ids::TenantId;
use crate::db::{TenantPlace, TenantSchema};
use crate::error::{AppError, Result};
use crate::limits::Rates;

pub use addresses::Addresses;
pub use directory::Directory;
pub use figures::Figures;
pub use host::{Host, Hosts};

/// A tenant as requests need it.
#[derive(Clone)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub schema: TenantSchema,
    pub is_active: bool,
    /// How many active users it may have.
    pub max_users: i32,
    /// Origins whose pages may call its API, as browsers send them.
    pub allowed_origins: Vec<String>,
    /// Its schema lacks so many migrations that this release can't serve it.
    pub is_behind: bool,
    pub place: TenantPlace,
    /// How often its users may ask, and for how much.
    pub rates: Arc<Rates>,
    /// Whether only registered documents may be run.
    pub trusted_documents_only: bool,
}

/// Schemas one migration behind are served: that is how releases roll out. Further behind not.
pub const SERVED_BEHIND: usize = 1;

impl Tenant {
    /// Whether pages of this origin may call its API.
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == origin)
    }

    /// Refuses tenants that may not be used now.
    pub fn usable(self: Arc<Self>) -> Result<Arc<Self>> {
        if !self.is_active {
            return Err(AppError::TenantInactive);
        }
        if self.is_behind {
            return Err(AppError::TenantMigrating);
        }
        Ok(self)
    }
}
