//! Who asks for an operation, and what they may do.

use std::sync::atomic::Ordering::Relaxed;

use uuid::Uuid;

use super::{Actor, Core};
use crate::authz::{Access, OperatorId, Permission, Reach, Who};
use crate::base::ids::UserId;
use crate::error::{AppError, Result};

impl Core {
    /// Fails unless the caller holds `permission` on everything. Somebody who is not signed in learns nothing
    /// else, not even that the field is on another host.
    pub fn require(&self, permission: &Permission) -> Result<()> {
        match &self.actor {
            Actor::System => Ok(()),
            Actor::Anonymous => Err(AppError::Unauthenticated("sign in first")),
            Actor::SignedIn(access) if access.allows(permission) => Ok(()),
            Actor::SignedIn(access) => Err(access.refusal(permission)),
        }
    }

    /// On which rows the caller holds `permission`; fails when on none. Those who are not signed
    /// in hear only that.
    pub fn reach(&self, permission: &Permission) -> Result<Reach> {
        match &self.actor {
            Actor::System => Ok(Reach::All),
            Actor::Anonymous => Err(AppError::Unauthenticated("sign in first")),
            Actor::SignedIn(access) => {
                access.reach(permission).ok_or_else(|| access.refusal(permission))
            }
        }
    }

    /// Fails unless the caller holds `permission` on something.
    pub fn require_some(&self, permission: &Permission) -> Result<()> {
        self.reach(permission).map(drop)
    }

    /// Whether the caller holds `permission` on everything.
    pub fn holds(&self, permission: &Permission) -> bool {
        self.require(permission).is_ok()
    }

    /// The signed-in caller's rights; `None` for nobody and for the server itself.
    pub fn access(&self) -> Option<&Access> {
        match &self.actor {
            Actor::SignedIn(access) => Some(access),
            _ => None,
        }
    }

    /// The signed-in user, for `created_by` and its like; `None` for the server itself.
    pub fn user(&self) -> Option<UserId> {
        self.personal.store(true, Relaxed);
        match self.access()?.who {
            Who::User { id, .. } => Some(id),
            Who::Operator { .. } => None,
        }
    }

    /// The session that the caller's token belongs to.
    pub fn session(&self) -> Option<Uuid> {
        self.personal.store(true, Relaxed);
        self.access()?.session()
    }

    pub fn operator(&self) -> Option<OperatorId> {
        self.personal.store(true, Relaxed);
        match self.access()?.who {
            Who::Operator { id, .. } => Some(id),
            Who::User { .. } => None,
        }
    }

    /// Whether something has depended on who asks. Then the answer is for nobody else, even if
    /// they may do the same.
    pub fn is_personal(&self) -> bool {
        self.personal.load(Relaxed)
    }
}
