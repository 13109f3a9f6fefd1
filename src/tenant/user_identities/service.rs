//! What people can do with their own identities, and owners with those of others.

use super::model::{Identity, UserIdentity, UserIdentityId};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::security::Kind;
use crate::tenant::identity_providers::IdentityProviderId;
use crate::tenant::sessions;
use crate::tenant::users;

crate::permissions! {
    OWN = "user_identities.own" for ANYBODY only people,
    VIEW = "user_identities.view" for OWNERS,
    REMOVE = "user_identities.remove" for OWNERS only people,
}

/// Nobody looks through more.
const MAX_LISTED: i64 = 100;
const NOT_FOUND: AppError = AppError::NotFound("identity");

/// The caller's own, the oldest first.
pub async fn own(ctx: &Ctx) -> Result<Vec<Identity>> {
    ctx.require(&OWN)?;
    let me = ctx.user().ok_or(AppError::Forbidden(OWN.name))?;
    Ok(store::of_user(&*ctx.read().await?, me, MAX_LISTED).await?)
}

/// A user's, the oldest first.
pub async fn of_user(ctx: &Ctx, user: UserId) -> Result<Vec<Identity>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    users::service::of_session(&conn, user).await?.ok_or(AppError::NotFound("user"))?;
    Ok(store::of_user(&conn, user, MAX_LISTED).await?)
}

/// Takes an identity away: it opens the account no more, and the sessions that it may have opened
/// end, on every node.
pub async fn remove(ctx: &Ctx, id: UserIdentityId) -> Result<UserIdentityId> {
    // Owners who come from the platform have none of their own.
    ctx.require(&REMOVE).or_else(|_| ctx.require(&OWN))?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        let found = store::find(tx, id).await?.filter(|identity| may_remove(ctx, identity));
        let identity = found.ok_or(NOT_FOUND)?;
        // Of two that are removed at once, one has to stay.
        let user = users::service::locked(tx, identity.user_id).await?.ok_or(NOT_FOUND)?;
        if Some(user.user.id) == ctx.user() {
            let others = store::count_of_user(tx, user.user.id).await? > 1;
            if user.password_hash.is_none() && !others {
                let why = "there is no other way into your account";
                return Err(Invalid::new(Problem::NotAllowed, "id", why).into());
            }
        } else {
            users::service::require_above(ctx, tx, "id", &user.user).await?;
        }
        if store::delete(tx, id).await? == 0 {
            return Err(NOT_FOUND);
        }
        let (provider, user) = (identity.provider_id, identity.user_id);
        sessions::service::end_through(tx, provider, Some(user), ctx.now).await?;
        ctx.wake(Wake::Access(tenant));
        ctx.audit(Change::deleted("user_identity", id, &identity));
        ctx.alert_on_commit(Kind::IdentityRemoved, format!("of {user}"));
        Ok(id)
    })
    .await
}

fn may_remove(ctx: &Ctx, identity: &UserIdentity) -> bool {
    let own = Some(identity.user_id) == ctx.user() && ctx.holds(&OWN);
    own || ctx.holds(&REMOVE)
}

/// Whether a provider knows anybody here.
pub async fn are_known(tx: &TenantTx, provider: IdentityProviderId) -> Result<bool> {
    let conn: &TenantConn = tx;
    Ok(store::has_any(conn, provider).await?)
}
