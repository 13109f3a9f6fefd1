//! Signing in and staying signed in, for operators.

use super::model::Operator;
use super::store::{self, Sessions};
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::PlatformTx;
use crate::error::Result;
use crate::sessions::{self, REFUSED, Rotation, SignIn, SignedIn, TOKEN_REFUSED};

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
    tracing::info!(target: "security", { operator.id = %operator }, "an operator signed in");
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
