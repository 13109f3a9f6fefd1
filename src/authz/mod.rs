//! What a caller may do. The one door that roles, and later object grants, stand behind.

mod cache;
mod permission;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

pub use cache::AccessCache;
pub use permission::{Permission, Role, holders};

use crate::base::ids::UserId;
use crate::db::schema::platform::{operator_sessions, operators};
use crate::db::schema::tenant::{sessions, users};
use crate::db::{PlatformConn, TenantConn};

crate::id!(/** A platform user. */ OperatorId, "operator");

/// A signed-in caller, as the rows say now: the session is not revoked and the account active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    User { id: UserId, session: Uuid, role: Role },
    Operator { id: OperatorId, session: Uuid },
}

impl Access {
    pub fn allows(&self, permission: &Permission) -> bool {
        match self {
            Self::User { role, .. } => permission.is_held_by(*role),
            Self::Operator { .. } => permission.is_of_platform(),
        }
    }

    /// Whose it is, whatever the session.
    pub fn subject(&self) -> Uuid {
        match self {
            Self::User { id, .. } => id.0,
            Self::Operator { id, .. } => id.0,
        }
    }
}

/// The access of a user's session; `None` once it is revoked or the user inactive.
pub async fn of_user(
    mut conn: &TenantConn,
    user: UserId,
    session: Uuid,
) -> QueryResult<Option<Access>> {
    let role = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(session).and(users::id.eq(user)))
        .filter(sessions::revoked_at.is_null().and(users::is_active))
        .select(users::role)
        .first::<Role>(&mut conn)
        .await
        .optional()?;
    Ok(role.map(|role| Access::User { id: user, session, role }))
}

/// The access of an operator's session; `None` once it is revoked or the operator inactive.
pub async fn of_operator(
    mut conn: &PlatformConn,
    operator: OperatorId,
    session: Uuid,
) -> QueryResult<Option<Access>> {
    let found = operator_sessions::table
        .inner_join(operators::table)
        .filter(operator_sessions::id.eq(session).and(operators::id.eq(operator)))
        .filter(operator_sessions::revoked_at.is_null().and(operators::is_active))
        .select(operators::id)
        .first::<OperatorId>(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|id| Access::Operator { id, session }))
}
