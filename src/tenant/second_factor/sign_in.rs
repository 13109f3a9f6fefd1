//! The second step of signing in. The first, with the password, is in `tenant::sessions`, or through
//! a provider in `tenant::identity_providers`.

use super::model::{CHALLENGE_LIFETIME, Proof};
use super::{service, store};
use crate::auth::once::{OnceToken, Purpose};
use crate::ctx::Ctx;
use crate::db::{TenantConn, TenantTx};
use crate::error::{AppError, Result};
use crate::limits::Policy;
use crate::sessions::SignedIn;
use crate::tenant::identity_providers::IdentityProviderId;
use crate::tenant::sessions;
use crate::tenant::users::{self, User};

/// Unknown, expired, tried too often, wrong code: one answer.
pub const REFUSED: AppError = AppError::Unauthenticated("the code or the challenge does not hold");

/// A sign-in that waits for the second proof, if the user has one. `through`: the provider that the
/// first one came from.
pub async fn challenge(
    ctx: &Ctx,
    tx: &TenantTx,
    user: &User,
    through: Option<IdentityProviderId>,
) -> Result<Option<OnceToken>> {
    if store::find(tx, user.id).await?.is_none_or(|f| f.confirmed_at.is_none()) {
        return Ok(None);
    }
    let token = OnceToken::generate(Purpose::SignIn);
    let until = ctx.now + CHALLENGE_LIFETIME;
    let waits = (user.id, through);
    store::insert_challenge(tx, waits, &token.hash(), ctx.now, until).await?;
    Ok(Some(token))
}

/// Ends the sign-ins that wait after a first proof of this provider.
pub async fn end_through(tx: &TenantTx, provider: IdentityProviderId) -> Result<()> {
    store::end_challenges_through(tx, provider).await?;
    Ok(())
}

/// Whether the user has to set up a second factor before anything else.
pub async fn must_enroll(conn: &TenantConn, user: &User) -> Result<bool> {
    let policy = store::policy(conn).await?.unwrap_or_default();
    Ok(policy.require_totp_for_roles.contains(&user.role)
        && store::find(conn, user.id).await?.is_none_or(|f| f.confirmed_at.is_none()))
}

/// Opens the session, for the second proof.
pub async fn finish(ctx: &Ctx, challenge: &str, proof: Proof) -> Result<SignedIn<User>> {
    let tenant = ctx.tenant()?.id.0;
    let hash = OnceToken::parse(Purpose::SignIn, challenge).ok_or(REFUSED)?.hash();
    let id = store::challenged(&*ctx.read().await?, &hash, ctx.now).await?.ok_or(REFUSED)?;
    ctx.release().await;
    // New challenges give no further tries.
    ctx.app.limits.take(Policy::AuthAccount, ("totp", tenant, id.0)).await?;
    // A refusal is not an error inside the transaction: the try has to be counted.
    let opened = ctx
        .write(async |tx| {
            let Some((id, through)) = store::try_challenge(tx, &hash, ctx.now).await? else {
                return Ok(None);
            };
            let user = users::service::of_session(tx, id).await?.filter(|user| user.is_active);
            let Some(user) = user else { return Ok(None) };
            if !service::shows(ctx, tx, id, &proof).await? {
                return Ok(None);
            }
            store::end_challenges(tx, id).await?;
            match through {
                Some(provider) => {
                    sessions::service::open_through(ctx, tx, tenant, user, provider).await
                }
                None => sessions::service::open(ctx, tx, tenant, user, None).await,
            }
            .map(Some)
        })
        .await?;
    let Some(opened) = opened else {
        tracing::warn!(target: "security", { user.id = %id }, "a second factor was refused");
        return Err(REFUSED);
    };
    tracing::info!(target: "security", { user.id = %id }, "signed in with a second factor");
    Ok(opened)
}
