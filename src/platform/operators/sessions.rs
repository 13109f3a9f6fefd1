//! Signing in and staying signed in, for operators: the tenant's users' way, on other tables.

use chrono::TimeDelta;
use uuid::Uuid;

use super::model::Operator;
use super::store;
use crate::auth::Realm;
use crate::auth::password::Check;
use crate::auth::refresh::RefreshToken;
use crate::auth::tokens::NewAccess;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::PlatformTx;
use crate::error::Result;
use crate::tenant::sessions::service::{REFUSED, SignIn, SignedIn, TOKEN_REFUSED};

/// Checks the password and opens a session.
pub async fn create(ctx: &Ctx, with: SignIn) -> Result<SignedIn<Operator>> {
    let name = with.email.or(with.username).unwrap_or_default();
    let found = store::by_name(&ctx.platform().await?, &name).await?;
    let stored = found.as_ref().and_then(|f| f.password_hash.as_deref());
    let check = ctx.app.passwords.verify(&with.password, stored).await?;
    let operator = match (found, check) {
        (Some(f), Check::Yes | Check::YesRehash) if f.operator.is_active => f.operator,
        _ => {
            tracing::warn!(target: "security", "sign-in of an operator refused");
            return Err(REFUSED);
        }
    };
    let rehashed = match check {
        Check::YesRehash => Some(ctx.app.passwords.hash(&with.password).await?),
        _ => None,
    };
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
    let (session, token) = (Uuid::now_v7(), RefreshToken::generate());
    let expires_at = ctx.now + lifetime(ctx);
    store::insert_session(tx, session, operator.id, &ctx.origin, ctx.now, expires_at).await?;
    store::insert_token(tx, &token.hash(), session, ctx.now, expires_at).await?;
    store::signed_in(tx, operator.id, rehashed, ctx.now).await?;
    issue(ctx, session, &token, operator)
}

enum Rotation {
    Done(Uuid, Operator),
    Refused,
    Reused(Uuid),
}

/// Replaces a refresh token by a new one. A token that was replaced before ends its session.
pub async fn refresh(ctx: &Ctx, text: &str) -> Result<SignedIn<Operator>> {
    let old = RefreshToken::parse(text).map_err(|_| TOKEN_REFUSED)?;
    let new = RefreshToken::generate();
    let rotation = ctx.write_platform(async |tx| rotate(ctx, tx, &old, &new).await).await?;
    match rotation {
        Rotation::Done(session, operator) => issue(ctx, session, &new, operator),
        Rotation::Refused => Err(TOKEN_REFUSED),
        Rotation::Reused(session) => {
            let session = session.to_string();
            tracing::warn!(target: "security", session, "an operator's refresh token reused");
            Err(TOKEN_REFUSED)
        }
    }
}

async fn rotate(
    ctx: &Ctx,
    tx: &PlatformTx,
    old: &RefreshToken,
    new: &RefreshToken,
) -> Result<Rotation> {
    let expires_at = ctx.now + lifetime(ctx);
    if let Some(session) = store::use_token(tx, &old.hash(), ctx.now).await? {
        let id = store::touch(tx, session, ctx.now, expires_at).await?;
        return match store::find(tx, id).await? {
            Some(operator) if operator.is_active => {
                store::insert_token(tx, &new.hash(), session, ctx.now, expires_at).await?;
                Ok(Rotation::Done(session, operator))
            }
            _ => Ok(Rotation::Refused),
        };
    }
    match store::of_token(tx, &old.hash()).await? {
        Some((session, true)) => {
            store::revoke(tx, session, ctx.now).await?;
            ctx.wake(Wake::Operators);
            Ok(Rotation::Reused(session))
        }
        _ => Ok(Rotation::Refused),
    }
}

/// Signs out: ends the session that the refresh token belongs to, on every node at once.
pub async fn revoke(ctx: &Ctx, text: &str) -> Result<()> {
    let token = RefreshToken::parse(text).map_err(|_| TOKEN_REFUSED)?;
    ctx.write_platform(async |tx| {
        let (session, _) = store::of_token(tx, &token.hash()).await?.ok_or(TOKEN_REFUSED)?;
        store::revoke(tx, session, ctx.now).await?;
        ctx.wake(Wake::Operators);
        Ok(())
    })
    .await
}

fn lifetime(ctx: &Ctx) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(ctx.app.config.auth.refresh_seconds).unwrap_or(i64::MAX))
}

fn issue(
    ctx: &Ctx,
    session: Uuid,
    refresh: &RefreshToken,
    operator: Operator,
) -> Result<SignedIn<Operator>> {
    let access = NewAccess {
        realm: Realm::Platform,
        tenant: None,
        subject: operator.id.0,
        session,
        scope: String::new(),
    };
    let now = ctx.now.timestamp();
    let (access_token, expires_at) = ctx.app.tokens.issue(&access, now)?;
    let refresh_token = refresh.reveal();
    Ok(SignedIn { access_token, refresh_token, expires_in: expires_at - now, who: operator })
}
