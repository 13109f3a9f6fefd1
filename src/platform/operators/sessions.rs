//! Signing in and staying signed in, for operators.

use uuid::Uuid;

use super::model::{Operator, OperatorSessionId};
use super::store::{self, Sessions};
use crate::audit::{ActorKind, Change};
use crate::authz::OperatorId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::PlatformTx;
use crate::error::Result;
use crate::platform::require_operator;
use crate::security::Kind;
use crate::sessions::{self, REFUSED, Rotation, Session, SignIn, SignedIn, Store, TOKEN_REFUSED};

/// Checks the password and opens a session.
pub async fn create(ctx: &Ctx, with: SignIn) -> Result<SignedIn<Operator>> {
    let name = with.email.or(with.username).unwrap_or_default();
    let found = store::by_name(&ctx.platform().await?, &name).await?;
    let found = found.filter(|f| f.operator.is_active);
    let stored = found.as_ref().and_then(|f| f.password_hash.as_deref());
    let rehashed = sessions::check_password(ctx, &with.password, stored).await?;
    let operator = found.ok_or(REFUSED)?.operator;
    let signed_in =
        ctx.write_platform(async |tx| open(ctx, tx, operator, rehashed.as_deref()).await).await?;
    let operator = signed_in.who.id;
    ctx.alert_by(ActorKind::Operator, operator, Kind::SignIn, "");
    Ok(signed_in)
}

/// Opens a session for an operator who has shown who they are.
pub async fn open(
    ctx: &Ctx,
    tx: &PlatformTx,
    operator: Operator,
    rehashed: Option<&str>,
) -> Result<SignedIn<Operator>> {
    let opened = sessions::open::<Sessions>(ctx, tx, operator.id).await?;
    store::signed_in(tx, operator.id, rehashed, ctx.now).await?;
    sessions::issue(ctx, None, operator.id.0, &opened, operator)
}

/// Replaces a refresh token by a new one. A token that was replaced before ends its session.
pub async fn refresh(ctx: &Ctx, text: &str) -> Result<SignedIn<Operator>> {
    let old = sessions::parse(text)?;
    let rotated = ctx
        .write_platform(async |tx| {
            Ok(match sessions::rotate::<Sessions>(ctx, tx, &old).await? {
                Rotation::Done(opened, id) => {
                    let operator = store::find(tx, id).await?;
                    operator.filter(|o| o.is_active).map(|operator| (opened, operator))
                }
                Rotation::Reused => {
                    ctx.wake(Wake::Operators);
                    None
                }
                Rotation::Refused => None,
            })
        })
        .await?;
    let (opened, operator) = rotated.ok_or(TOKEN_REFUSED)?;
    sessions::issue(ctx, None, operator.id.0, &opened, operator)
}

/// Signs out: ends the session that the refresh token belongs to, on every node at once.
pub async fn revoke(ctx: &Ctx, text: &str) -> Result<()> {
    let token = sessions::parse(text)?;
    ctx.write_platform(async |tx| {
        ctx.wake(Wake::Operators);
        sessions::end::<Sessions>(ctx, tx, &token).await
    })
    .await
}

/// The caller's own sessions that have not ended, the last used first.
pub async fn own(ctx: &Ctx) -> Result<Vec<Session>> {
    let operator = require_operator(ctx)?;
    let conn = ctx.platform().await?;
    sessions::live::<Sessions>(ctx, &conn, operator).await
}

/// Ends one of the caller's sessions, on every node at once.
pub async fn end_one(ctx: &Ctx, id: OperatorSessionId) -> Result<OperatorSessionId> {
    let operator = require_operator(ctx)?;
    ctx.write_platform(async |tx| {
        ctx.wake(Wake::Operators);
        sessions::end_one::<Sessions>(ctx, tx, operator, id.0).await?;
        ctx.alert_on_commit(Kind::SessionsRevoked, id.to_string());
        ctx.audit(Change::done("operator_session.revoke", "operator_session", id));
        Ok(id)
    })
    .await
}

/// Ends all of the caller's sessions but the one in use; how many.
pub async fn end_others(ctx: &Ctx) -> Result<usize> {
    let operator = require_operator(ctx)?;
    ctx.write_platform(async |tx| {
        ctx.wake(Wake::Operators);
        ctx.alert_on_commit(Kind::SessionsRevoked, format!("all others of {operator}"));
        ctx.audit(Change::done("operator.revoke_sessions", "operator", operator));
        end_all(ctx, tx, operator, ctx.session()).await
    })
    .await
}

/// Ends the sessions of an operator, but for the one to keep; the caller tells the bus.
pub(super) async fn end_all(
    ctx: &Ctx,
    tx: &PlatformTx,
    operator: OperatorId,
    keep: Option<Uuid>,
) -> Result<usize> {
    Ok(Sessions::revoke_all(tx, operator, keep, ctx.now).await?)
}
