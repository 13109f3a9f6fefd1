//! What people can do with their own second factor, and owners with that of others.

use super::model::{Proof, Standing};
use super::store;
use crate::audit::Change;
use crate::auth::password::Check;
use crate::auth::totp;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::TenantTx;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::Policy;
use crate::tenant::sessions;
use crate::tenant::users::{self, User};

crate::permissions! {
    OWN = "second_factor.own" for ANYBODY only people,
    REMOVE = "second_factor.remove" for OWNERS,
    VIEW_POLICY = "security_policy.view" for OWNERS,
    CHANGE_POLICY = "security_policy.change" for OWNERS,
}

/// A secret to be put into an app.
pub struct Enrollment {
    pub secret: String,
    pub otpauth_uri: String,
}

/// How the caller stands.
pub async fn standing(ctx: &Ctx) -> Result<Standing> {
    let id = caller(ctx)?;
    let conn = ctx.read().await?;
    let user = users::service::of_session(&conn, id).await?.ok_or(AppError::NotFound("user"))?;
    let is_enabled = store::find(&conn, id).await?.is_some_and(|f| f.confirmed_at.is_some());
    let recovery_codes_left = store::count_recovery_codes(&conn, id).await?;
    let policy = store::policy(&conn).await?.unwrap_or_default();
    let is_required = policy.require_totp_for_roles.contains(&user.role);
    Ok(Standing { is_enabled, is_required, recovery_codes_left })
}

/// Makes a secret for the caller's app. It counts once it is confirmed.
pub async fn enroll(ctx: &Ctx, password: &str) -> Result<Enrollment> {
    let user = with_password(ctx, password).await?;
    let tenant = ctx.tenant()?.clone();
    let secret = totp::generate();
    let sealed = ctx.app.seal.seal(&owner(ctx, user.id)?, &secret)?;
    ctx.write(async |tx| {
        if store::begin(tx, user.id, &sealed, ctx.now).await? == 0 {
            let why = "is set up already; disable it first";
            return Err(Invalid::new(Problem::NotAllowed, "", why).into());
        }
        ctx.audit(Change::done("second_factor.enroll", "user", user.id));
        Ok(())
    })
    .await?;
    let (secret, otpauth_uri) = totp::shown(&secret, &tenant.name, &user.email)?;
    Ok(Enrollment { secret, otpauth_uri })
}

/// Confirms the app by its first code: from now on sign-ins ask for one. The caller's other
/// sessions, which did not show any, end. Answers the codes on paper, which nobody sees again.
pub async fn confirm(ctx: &Ctx, code: &str) -> Result<Vec<String>> {
    let id = caller(ctx)?;
    let tenant = ctx.tenant()?.id.0;
    ctx.app.limits.take(Policy::AuthAccount, ("totp", tenant, id.0)).await?;
    ctx.write(async |tx| {
        let factor = store::find(tx, id).await?.filter(|f| f.confirmed_at.is_none());
        let Some(factor) = factor else {
            let why = "there is nothing to confirm; begin with totpEnroll";
            return Err(Invalid::new(Problem::NotAllowed, "", why).into());
        };
        let secret = ctx.app.seal.open(&owner(ctx, id)?, &factor.secret)?;
        let step = totp::check(&secret, code, ctx.now.timestamp());
        let step = step.ok_or_else(|| wrong("input.code"))?;
        store::confirm(tx, id, step, ctx.now).await?;
        let codes = new_codes(ctx, tx, id).await?;
        sessions::service::end_all(tx, id, sessions::service::current(ctx), ctx.now).await?;
        ctx.wake(Wake::Access(tenant));
        ctx.audit(Change::done("second_factor.enable", "user", id));
        tracing::info!(target: "security", { user.id = %id }, "second factor enabled");
        Ok(codes)
    })
    .await
}

/// Takes the caller's second factor away.
pub async fn disable(ctx: &Ctx, password: &str, proof: Proof) -> Result<UserId> {
    let id = with_password(ctx, password).await?.id;
    ctx.write(async |tx| {
        if !shows(ctx, tx, id, &proof).await? {
            return Err(wrong(proof.field()));
        }
        forget(ctx, tx, id).await?;
        Ok(id)
    })
    .await
}

/// New codes on paper in place of the old ones.
pub async fn regenerate_codes(ctx: &Ctx, password: &str, proof: Proof) -> Result<Vec<String>> {
    let id = with_password(ctx, password).await?.id;
    ctx.write(async |tx| {
        if !shows(ctx, tx, id, &proof).await? {
            return Err(wrong(proof.field()));
        }
        ctx.audit(Change::done("second_factor.regenerate_codes", "user", id));
        new_codes(ctx, tx, id).await
    })
    .await
}

/// Takes another user's second factor away, for when they have lost it, and ends their sessions.
pub async fn remove(ctx: &Ctx, id: UserId) -> Result<User> {
    ctx.require(&REMOVE)?;
    ctx.write(async |tx| {
        let user = users::service::of_session(tx, id).await?.ok_or(AppError::NotFound("user"))?;
        users::service::require_above(ctx, tx, "id", &user).await?;
        forget(ctx, tx, id).await?;
        sessions::service::end_all(tx, id, None, ctx.now).await?;
        Ok(user)
    })
    .await
}

/// Whether somebody shows that they have their second factor. A code that is right is used up.
pub(super) async fn shows(ctx: &Ctx, tx: &TenantTx, id: UserId, proof: &Proof) -> Result<bool> {
    let used = match proof {
        Proof::Code(code) => {
            let factor = store::find(tx, id).await?.filter(|f| f.confirmed_at.is_some());
            let Some(factor) = factor else { return Ok(false) };
            let secret = ctx.app.seal.open(&owner(ctx, id)?, &factor.secret)?;
            match totp::check(&secret, code, ctx.now.timestamp()) {
                Some(step) => store::use_step(tx, id, step).await?,
                None => 0,
            }
        }
        Proof::RecoveryCode(code) => {
            let hash = totp::recovery_hash(id.0, code);
            store::use_recovery_code(tx, id, &hash, ctx.now).await?
        }
    };
    Ok(used > 0)
}

async fn forget(ctx: &Ctx, tx: &TenantTx, id: UserId) -> Result<()> {
    if store::remove(tx, id).await? == 0 {
        let why = "there is no second factor";
        return Err(Invalid::new(Problem::NotAllowed, "", why).into());
    }
    store::end_challenges(tx, id).await?;
    ctx.wake(Wake::Access(ctx.tenant()?.id.0));
    ctx.audit(Change::done("second_factor.disable", "user", id));
    tracing::warn!(target: "security", { user.id = %id }, "second factor disabled");
    Ok(())
}

async fn new_codes(ctx: &Ctx, tx: &TenantTx, id: UserId) -> Result<Vec<String>> {
    let codes = totp::recovery_codes();
    let hashes: Vec<_> = codes.iter().map(|code| totp::recovery_hash(id.0, code)).collect();
    store::set_recovery_codes(tx, id, &hashes, ctx.now).await?;
    Ok(codes)
}

/// The caller, who knows their password.
async fn with_password(ctx: &Ctx, password: &str) -> Result<User> {
    let id = caller(ctx)?;
    // Whoever holds a token only may not try passwords without end.
    ctx.app.limits.take(Policy::AuthAccount, (ctx.tenant()?.id.0, id.0)).await?;
    let found = users::service::credentials_of(&*ctx.read().await?, id).await?;
    let found = found.ok_or(AppError::NotFound("user"))?;
    ctx.release().await; // hashing waits its turn; nobody else should wait for the connection
    match ctx.app.passwords.verify(password, found.password_hash.as_deref()).await? {
        Check::No => {
            Err(Invalid::new(Problem::Invalid, "input.currentPassword", "is not your password")
                .into())
        }
        Check::Yes | Check::YesRehash => Ok(found.user),
    }
}

fn caller(ctx: &Ctx) -> Result<UserId> {
    ctx.require(&OWN)?;
    ctx.user().ok_or(AppError::Forbidden(OWN.name))
}

/// Whose secret it is: no other row's opens in its place.
fn owner(ctx: &Ctx, user: UserId) -> Result<Vec<u8>> {
    Ok([ctx.tenant()?.id.0.as_bytes().as_slice(), user.0.as_bytes()].concat())
}

fn wrong(field: &str) -> AppError {
    Invalid::new(Problem::Invalid, field, "does not hold, or was used before").into()
}
