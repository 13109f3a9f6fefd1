//! Sessions that begin on the platform: of its users who enter, and of its administrators who act
//! in a user's place. They have no refresh tokens.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::store::{self, Entered, Sessions};
use crate::auth::Realm;
use crate::auth::tokens::NewAccess;
use crate::authz::OperatorId;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::TenantTx;
use crate::error::Result;
use crate::sessions::{AccessToken, Store};
use crate::tenant::users;

/// Opens a session for a user who is linked to an operator, or goes on with the one that was opened
/// before from the same session on the platform.
pub async fn open(
    ctx: &Ctx,
    tx: &TenantTx,
    user: UserId,
    operator_session: Uuid,
) -> Result<AccessToken> {
    let seconds = i64::try_from(ctx.app.config.auth.access_seconds).unwrap_or(i64::MAX);
    let expires_at = ctx.now + TimeDelta::seconds(seconds);
    let session = match store::entered(tx, user, operator_session, ctx.now).await? {
        Some(session) => {
            Sessions::touch(tx, session, ctx.now, expires_at).await?;
            session
        }
        None => {
            let row = row(ctx, user, operator_session, expires_at);
            store::insert_entered(tx, &row).await?;
            row.id
        }
    };
    users::service::signed_in(tx, user, None, ctx.now).await?;
    let now = ctx.now.timestamp();
    let (text, until) = ctx.app.tokens.issue(&of(ctx, user, session)?, now)?;
    Ok(AccessToken { text, expires_in: until - now })
}

/// In whose place somebody acts, who it is, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Stead {
    pub session: Uuid,
    pub operator: OperatorId,
    pub operator_session: Uuid,
    pub ends_at: DateTime<Utc>,
}

/// Opens a session in which an administrator of the platform acts in the user's place.
pub async fn open_in_stead(
    ctx: &Ctx,
    tx: &TenantTx,
    user: UserId,
    stead: Stead,
) -> Result<AccessToken> {
    let row = Entered {
        id: stead.session,
        impersonator_id: Some(stead.operator),
        ..row(ctx, user, stead.operator_session, stead.ends_at)
    };
    store::insert_entered(tx, &row).await?;
    let now = ctx.now.timestamp();
    let seconds = stead.ends_at.timestamp() - now;
    let who = of(ctx, user, stead.session)?;
    let (text, until) = ctx.app.tokens.issue_acting(&who, stead.operator.0, seconds, now)?;
    Ok(AccessToken { text, expires_in: until - now })
}

/// Ends such a session, on every node.
pub async fn end_in_stead(ctx: &Ctx, tx: &TenantTx, session: Uuid) -> Result<()> {
    ctx.wake(Wake::Access(ctx.tenant()?.id.0));
    Sessions::revoke(tx, session, ctx.now).await?;
    Ok(())
}

fn row(ctx: &Ctx, user: UserId, operator_session: Uuid, expires_at: DateTime<Utc>) -> Entered<'_> {
    Entered {
        id: Uuid::now_v7(),
        user_id: user,
        created_at: ctx.now,
        last_used_at: ctx.now,
        expires_at,
        ip: ctx.origin.ip.map(|ip| ip.to_string()),
        user_agent: ctx.origin.user_agent.as_deref(),
        operator_session_id: operator_session,
        impersonator_id: None,
    }
}

fn of(ctx: &Ctx, user: UserId, session: Uuid) -> Result<NewAccess> {
    let tenant = Some(ctx.tenant()?.id.0);
    let scope = String::new();
    Ok(NewAccess { realm: Realm::Tenant, tenant, subject: user.0, session, scope })
}
