//! Signing in and staying signed in, for a tenant's users.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::store;
use crate::auth::Realm;
use crate::auth::password::Check;
use crate::auth::refresh::RefreshToken;
use crate::auth::tokens::NewAccess;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::TenantTx;
use crate::error::{AppError, Result};
use crate::tenant::users::{self, User};

/// Wrong name, wrong password, inactive: one answer, so that nobody can find out who exists.
pub const REFUSED: AppError = AppError::Unauthenticated("wrong e-mail address or password");
/// The same for refresh tokens that are unknown, used, expired or revoked.
pub const TOKEN_REFUSED: AppError = AppError::Unauthenticated("the refresh token does not hold");

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub email: Option<String>,
    pub username: Option<String>,
    pub password: String,
}

/// A pair of tokens, and whose they are.
pub struct SignedIn<T> {
    pub access_token: String,
    pub refresh_token: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    pub who: T,
}

impl<T> SignedIn<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> SignedIn<U> {
        SignedIn {
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            expires_in: self.expires_in,
            who: f(self.who),
        }
    }
}

/// Checks the password and opens a session.
pub async fn create(ctx: &Ctx, with: SignIn) -> Result<SignedIn<User>> {
    let tenant = ctx.tenant()?.id.0;
    let found = {
        let conn = ctx.read().await?;
        users::service::credentials(&conn, with.email.as_deref(), with.username.as_deref()).await?
    };
    ctx.release().await; // hashing waits its turn; nobody else should wait for the connection
    let stored = found.as_ref().and_then(|f| f.password_hash.as_deref());
    let check = ctx.app.passwords.verify(&with.password, stored).await?;
    let user = match (found, check) {
        (Some(f), Check::Yes | Check::YesRehash) if f.user.is_active => f.user,
        _ => {
            tracing::warn!(target: "security", { tenant.id = %tenant }, "sign-in refused");
            return Err(REFUSED);
        }
    };
    let rehashed = match check {
        Check::YesRehash => Some(ctx.app.passwords.hash(&with.password).await?),
        _ => None,
    };
    let signed_in =
        ctx.write(async |tx| open(ctx, tx, tenant, user, rehashed.as_deref()).await).await?;
    let user = signed_in.who.id;
    tracing::info!(target: "security", { tenant.id = %tenant, user.id = %user }, "signed in");
    Ok(signed_in)
}

/// Opens a session for a user of `tenant` who has shown who they are.
pub async fn open(
    ctx: &Ctx,
    tx: &TenantTx,
    tenant: Uuid,
    user: User,
    rehashed: Option<&str>,
) -> Result<SignedIn<User>> {
    let (session, token) = (Uuid::now_v7(), RefreshToken::generate());
    let expires_at = ctx.now + lifetime(ctx);
    store::insert(tx, session, user.id, &ctx.origin, ctx.now, expires_at).await?;
    store::insert_token(tx, &token.hash(), session, ctx.now, expires_at).await?;
    users::service::signed_in(tx, user.id, rehashed, ctx.now).await?;
    issue(ctx, tenant, session, &token, user)
}

/// What presenting a refresh token led to. Not an error inside the transaction: ending a session
/// has to be committed.
enum Rotation {
    Done(Uuid, User),
    Refused,
    Reused(Uuid),
}

/// Replaces a refresh token by a new one. A token that was replaced before ends its session.
pub async fn refresh(ctx: &Ctx, text: &str) -> Result<SignedIn<User>> {
    let tenant = ctx.tenant()?.id.0;
    let old = RefreshToken::parse(text).map_err(|_| TOKEN_REFUSED)?;
    let new = RefreshToken::generate();
    let rotation = ctx.write(async |tx| rotate(ctx, tx, &old, &new).await).await?;
    match rotation {
        Rotation::Done(session, user) => issue(ctx, tenant, session, &new, user),
        Rotation::Refused => Err(TOKEN_REFUSED),
        Rotation::Reused(session) => {
            let session = session.to_string();
            tracing::warn!(target: "security", { tenant.id = %tenant, session }, "refresh token reused");
            Err(TOKEN_REFUSED)
        }
    }
}

async fn rotate(
    ctx: &Ctx,
    tx: &TenantTx,
    old: &RefreshToken,
    new: &RefreshToken,
) -> Result<Rotation> {
    let expires_at = ctx.now + lifetime(ctx);
    if let Some(session) = store::use_token(tx, &old.hash(), ctx.now).await? {
        let user = store::touch(tx, session, ctx.now, expires_at).await?;
        return match users::service::of_session(tx, user).await? {
            Some(user) if user.is_active => {
                store::insert_token(tx, &new.hash(), session, ctx.now, expires_at).await?;
                Ok(Rotation::Done(session, user))
            }
            _ => Ok(Rotation::Refused),
        };
    }
    match store::of_token(tx, &old.hash()).await? {
        Some((session, true)) => {
            end(ctx, tx, session).await?;
            Ok(Rotation::Reused(session))
        }
        _ => Ok(Rotation::Refused),
    }
}

/// Signs out: ends the session that the refresh token belongs to, on every node at once.
pub async fn revoke(ctx: &Ctx, text: &str) -> Result<()> {
    ctx.tenant()?;
    let token = RefreshToken::parse(text).map_err(|_| TOKEN_REFUSED)?;
    ctx.write(async |tx| {
        let (session, _) = store::of_token(tx, &token.hash()).await?.ok_or(TOKEN_REFUSED)?;
        end(ctx, tx, session).await
    })
    .await
}

async fn end(ctx: &Ctx, tx: &TenantTx, session: Uuid) -> Result<()> {
    store::revoke(tx, session, ctx.now).await?;
    ctx.wake(Wake::Access(ctx.tenant()?.id.0));
    Ok(())
}

/// Ends all sessions of a user; the caller tells the bus.
pub async fn end_all(tx: &TenantTx, user: UserId, now: DateTime<Utc>) -> Result<usize> {
    Ok(store::revoke_all(tx, user, now).await?)
}

fn lifetime(ctx: &Ctx) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(ctx.app.config.auth.refresh_seconds).unwrap_or(i64::MAX))
}

fn issue(
    ctx: &Ctx,
    tenant: Uuid,
    session: Uuid,
    refresh: &RefreshToken,
    user: User,
) -> Result<SignedIn<User>> {
    let access = NewAccess {
        realm: Realm::Tenant,
        tenant: Some(tenant),
        subject: user.id.0,
        session,
        scope: String::new(),
    };
    let now = ctx.now.timestamp();
    let (access_token, expires_at) = ctx.app.tokens.issue(&access, now)?;
    let refresh_token = refresh.reveal();
    Ok(SignedIn { access_token, refresh_token, expires_in: expires_at - now, who: user })
}
