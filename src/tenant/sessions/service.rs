//! Signing in and staying signed in, for a tenant's users.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::SessionId;
use super::store::{self, Sessions};
use crate::audit::{ActorKind, Change};
use crate::auth::once::OnceToken;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::TenantTx;
use crate::error::{AppError, Result};
use crate::security::Kind;
use crate::sessions::{self, REFUSED, Rotation, Session, SignIn, SignedIn, Store, TOKEN_REFUSED};
use crate::tenant::identity_providers::IdentityProviderId;
use crate::tenant::second_factor;
use crate::tenant::users::{self, User, UserKind};

crate::permissions! {
    OWN = "sessions.own" for ANYBODY only people,
}

/// What a right password leads to.
pub enum Step {
    Done(SignedIn<User>),
    /// A session that can only set up the second factor which the tenant demands.
    MustEnroll(SignedIn<User>),
    /// The second proof is missing; this token continues.
    NeedsTotp(OnceToken),
}

/// Checks the password and opens a session, or asks for the second factor.
pub async fn create(ctx: &Ctx, with: SignIn) -> Result<Step> {
    let tenant = ctx.tenant()?.id.0;
    let found = {
        let conn = ctx.read().await?;
        users::service::credentials(&conn, with.email.as_deref(), with.username.as_deref()).await?
    };
    ctx.release().await; // hashing waits its turn; nobody else should wait for the connection
    let found = found.filter(|f| f.user.is_active && f.user.kind == UserKind::Person);
    let stored = found.as_ref().and_then(|f| f.password_hash.as_deref());
    let rehashed = sessions::check_password(ctx, &with.password, stored).await?;
    let user = found.ok_or(REFUSED)?.user;
    let id = user.id;
    let step = ctx
        .write(async |tx| {
            if let Some(token) = second_factor::sign_in::challenge(ctx, tx, &user, None).await? {
                if let Some(hash) = &rehashed {
                    users::service::rehashed(tx, id, hash).await?;
                }
                return Ok(Step::NeedsTotp(token));
            }
            let must_enroll = second_factor::sign_in::must_enroll(tx, &user).await?;
            let opened = open(ctx, tx, tenant, user, rehashed.as_deref()).await?;
            Ok(if must_enroll { Step::MustEnroll(opened) } else { Step::Done(opened) })
        })
        .await?;
    if !matches!(step, Step::NeedsTotp(_)) {
        ctx.alert_by(ActorKind::User, id, Kind::SignIn, "");
    }
    Ok(step)
}

/// Opens a session for a user of `tenant` who has shown who they are.
pub async fn open(
    ctx: &Ctx,
    tx: &TenantTx,
    tenant: Uuid,
    user: User,
    rehashed: Option<&str>,
) -> Result<SignedIn<User>> {
    let opened = sessions::open::<Sessions>(ctx, tx, user.id).await?;
    users::service::signed_in(tx, user.id, rehashed, ctx.now).await?;
    sessions::issue(ctx, Some(tenant), user.id.0, &opened, user)
}

/// Opens a session for a user of `tenant` who has shown this provider who they are. It ends with
/// the provider.
pub async fn open_through(
    ctx: &Ctx,
    tx: &TenantTx,
    tenant: Uuid,
    user: User,
    provider: IdentityProviderId,
) -> Result<SignedIn<User>> {
    let opened = sessions::open::<Sessions>(ctx, tx, user.id).await?;
    store::opened_through(tx, opened.session(), provider).await?;
    users::service::signed_in(tx, user.id, None, ctx.now).await?;
    sessions::issue(ctx, Some(tenant), user.id.0, &opened, user)
}

/// Replaces a refresh token by a new one. A token that was replaced before ends its session.
pub async fn refresh(ctx: &Ctx, text: &str) -> Result<SignedIn<User>> {
    let tenant = ctx.tenant()?.id.0;
    let old = sessions::parse(text)?;
    let rotated = ctx
        .write(async |tx| {
            Ok(match sessions::rotate::<Sessions>(ctx, tx, &old).await? {
                Rotation::Done(opened, id) => {
                    let user = users::service::of_session(tx, id).await?;
                    user.filter(|u| u.is_active).map(|user| (opened, user))
                }
                Rotation::Reused => {
                    ctx.wake(Wake::Access(tenant));
                    None
                }
                Rotation::Refused => None,
            })
        })
        .await?;
    let (opened, user) = rotated.ok_or(TOKEN_REFUSED)?;
    sessions::issue(ctx, Some(tenant), user.id.0, &opened, user)
}

/// Signs out: ends the session that the refresh token belongs to, on every node at once.
pub async fn revoke(ctx: &Ctx, text: &str) -> Result<()> {
    let tenant = ctx.tenant()?.id.0;
    let token = sessions::parse(text)?;
    ctx.write(async |tx| {
        ctx.wake(Wake::Access(tenant));
        sessions::end::<Sessions>(ctx, tx, &token).await
    })
    .await
}

/// The session that the operation belongs to.
pub fn current(ctx: &Ctx) -> Option<SessionId> {
    ctx.session().map(SessionId)
}

/// The caller's own sessions that have not ended, the last used first.
pub async fn own(ctx: &Ctx) -> Result<Vec<Session>> {
    let user = owner(ctx)?;
    let conn = ctx.read().await?;
    sessions::live::<Sessions>(ctx, &conn, user).await
}

/// Ends one of the caller's sessions, on every node at once.
pub async fn end_one(ctx: &Ctx, id: SessionId) -> Result<SessionId> {
    let (user, tenant) = (owner(ctx)?, ctx.tenant()?.id.0);
    ctx.write(async |tx| {
        ctx.wake(Wake::Access(tenant));
        sessions::end_one::<Sessions>(ctx, tx, user, id.0).await?;
        ctx.audit(Change::done("session.revoke", "session", id));
        ctx.alert_on_commit(Kind::SessionsRevoked, id.to_string());
        Ok(id)
    })
    .await
}

/// Ends all of the caller's sessions but the one in use; how many.
pub async fn end_others(ctx: &Ctx) -> Result<usize> {
    let (user, tenant) = (owner(ctx)?, ctx.tenant()?.id.0);
    ctx.write(async |tx| {
        ctx.wake(Wake::Access(tenant));
        let ended = end_all(tx, user, current(ctx), ctx.now).await?;
        let change = Change::done("user.end_other_sessions", "user", user);
        ctx.audit(change.after(&serde_json::json!({ "ended": ended })));
        ctx.alert_on_commit(Kind::SessionsRevoked, format!("{ended} others of {user}"));
        Ok(ended)
    })
    .await
}

/// Ends the sessions of a user, but for the one to keep; the caller tells the bus.
pub async fn end_all(
    tx: &TenantTx,
    user: UserId,
    keep: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<usize> {
    Ok(Sessions::revoke_all(tx, user, keep.map(|id| id.0), now).await?)
}

/// Ends the sessions that were opened through a provider, of everybody or of one user; how many. The
/// caller tells the bus.
pub async fn end_through(
    tx: &TenantTx,
    provider: IdentityProviderId,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<usize> {
    Ok(store::end_through(tx, provider, user, now).await?)
}

fn owner(ctx: &Ctx) -> Result<UserId> {
    ctx.require(&OWN)?;
    ctx.user().ok_or(AppError::Forbidden(OWN.name))
}
