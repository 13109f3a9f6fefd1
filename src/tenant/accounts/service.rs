//! What can be done with one's account by way of one's mail.

use super::model::{LIFETIME, NewToken, PAUSE, stored};
use super::{letter, store};
use crate::audit::Change;
use crate::auth::once::{OnceToken, Purpose};
use crate::auth::password::{self, Check};
use crate::base::ids::UserId;
use crate::base::text;
use crate::bus::Wake;
use crate::ctx::{Actor, Core, Ctx, Scope};
use crate::db::TenantTx;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::{Policy, network};
use crate::mail::Message;
use crate::tenant::sessions;
use crate::tenant::users::{self, Credentials, User, UserKind, UserPatch};

crate::permissions! {
    RESET_PASSWORD = "users.reset_password" for OWNERS,
    CHANGE_EMAIL = "users.change_email" for ANYBODY only people,
}

/// Sends somebody who forgot their password a link to choose a new one. Needs no permission. What
/// is to be done is done afterwards: neither the answer nor its time tells who is there.
pub async fn request_reset(ctx: &Ctx, email: String) -> Result<()> {
    let tenant = ctx.tenant()?.clone();
    let mut invalid = Invalid::default();
    text::email(&mut invalid, "input.email", &email);
    invalid.finish()?;
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    let account = ("reset", tenant.id.0, email.to_lowercase());
    ctx.app.limits.take(Policy::AuthAccount, account).await?;
    let scope = Scope::Tenant(tenant);
    let core = Core::new(ctx.app.clone(), scope, Actor::Anonymous, ctx.origin.clone());
    ctx.app.afterwards.start(Box::pin(async move {
        let ctx = Ctx::new(core);
        if let Err(e) = reset_of(&ctx, &email).await {
            tracing::error!(error = ?e, "a password could not be reset");
        }
    }));
    Ok(())
}

/// Whoever signs in with a password may have a new one.
async fn reset_of(ctx: &Ctx, email: &str) -> Result<()> {
    let found = users::service::credentials(&*ctx.read().await?, Some(email), None).await?;
    match found.filter(|f| f.user.is_active && f.password_hash.is_some()) {
        Some(Credentials { user, .. }) => send_reset(ctx, user).await.map(drop),
        None => Ok(()),
    }
}

/// Sends a user the link to choose a new password.
pub async fn reset(ctx: &Ctx, id: UserId) -> Result<User> {
    ctx.require(&RESET_PASSWORD)?;
    let conn = ctx.read().await?;
    let found = users::service::credentials_of(&conn, id).await?;
    let found = found.ok_or(AppError::NotFound("user"))?;
    users::service::require_above(ctx, &conn, "id", &found.user).await?;
    drop(conn);
    let why = match (found.user.is_active, &found.password_hash) {
        (true, Some(_)) => return send_reset(ctx, found.user).await,
        (true, None) if found.user.kind == UserKind::Person => {
            return send_reset(ctx, found.user).await;
        }
        (true, None) => "signs in without a password",
        (false, _) => "is not active",
    };
    Err(Invalid::new(Problem::NotAllowed, "id", why).into())
}

async fn send_reset(ctx: &Ctx, user: User) -> Result<User> {
    let token = OnceToken::generate(Purpose::PasswordReset);
    ctx.write(async |tx| {
        let purpose = stored(Purpose::PasswordReset);
        if store::sent_since(tx, user.id, purpose, ctx.now - PAUSE).await? {
            return Ok(()); // the mail that was just sent will do
        }
        keep(ctx, tx, (user.id, &user.email), Purpose::PasswordReset, &token).await?;
        ctx.audit(Change::done("user.request_password_reset", "user", user.id));
        let (to, token) = (user.clone(), token.clone());
        post(ctx, move |place| {
            vec![letter::password_reset(&to, place, token.reveal()).to(&to.email)]
        })
    })
    .await?;
    Ok(user)
}

/// Sets a new password for whoever shows the token of the mail, and ends all of their sessions.
/// Needs no permission.
pub async fn confirm_reset(ctx: &Ctx, token: &str, new: &str) -> Result<User> {
    let tenant = ctx.tenant()?.clone();
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    let purpose = stored(Purpose::PasswordReset);
    let hash = OnceToken::parse(Purpose::PasswordReset, token).ok_or_else(refused)?.hash();
    let Credentials { user, password_hash: before } = {
        let conn = ctx.read().await?;
        let found = store::find(&conn, &hash, purpose, ctx.now).await?;
        let (id, sent_to) = found.ok_or_else(refused)?;
        let found = users::service::credentials_of(&conn, id).await?;
        // A mail to an address that is not theirs any more proves nothing.
        let same = |c: &Credentials| c.user.email.to_lowercase() == sent_to.to_lowercase();
        found.filter(|c| c.user.is_active && same(c)).ok_or_else(refused)?
    };
    if let Err(why) = password::policy(new, &[&user.email, &user.username]) {
        return Err(Invalid::new(Problem::Invalid, "input.newPassword", why).into());
    }
    ctx.release().await; // hashing waits its turn; nobody else should wait for the connection
    let password_hash = ctx.app.passwords.hash(new).await?;
    ctx.write(async |tx| {
        store::take(tx, &hash, purpose, ctx.now).await?.ok_or_else(refused)?;
        let before = before.as_deref();
        let changed =
            users::service::set_password(tx, user.id, before, &password_hash, ctx.now).await?;
        store::clear(tx, user.id).await?;
        sessions::service::end_all(tx, user.id, None, ctx.now).await?;
        ctx.wake(Wake::Access(tenant.id.0));
        ctx.audit(Change::done("user.reset_password", "user", user.id));
        tracing::info!(target: "security", { user.id = %user.id }, "password reset");
        let to = user.clone();
        post(ctx, move |(tenant, _)| vec![letter::password_changed(&to, tenant).to(&to.email)])?;
        Ok(changed)
    })
    .await
}

/// Asks the caller's new address whether it is theirs, and tells the old one.
pub async fn change_email(ctx: &Ctx, new: String, password: &str) -> Result<User> {
    ctx.require(&CHANGE_EMAIL)?;
    let id = ctx.user().ok_or(AppError::Forbidden(CHANGE_EMAIL.name))?;
    let tenant = ctx.tenant()?.id.0;
    // Whoever holds a token only may not try passwords without end.
    ctx.app.limits.take(Policy::AuthAccount, (tenant, id.0)).await?;
    let found = users::service::credentials_of(&*ctx.read().await?, id).await?;
    let Credentials { user, password_hash } = found.ok_or(AppError::NotFound("user"))?;
    let mut invalid = Invalid::default();
    text::email(&mut invalid, "input.newEmail", &new);
    if new.to_lowercase() == user.email.to_lowercase() {
        invalid.push(Problem::Invalid, "input.newEmail", "is your address already");
    }
    invalid.finish()?;
    ctx.release().await; // hashing waits its turn; nobody else should wait for the connection
    if ctx.app.passwords.verify(password, password_hash.as_deref()).await? == Check::No {
        let why = "is not your password";
        return Err(Invalid::new(Problem::Invalid, "input.currentPassword", why).into());
    }
    let token = OnceToken::generate(Purpose::EmailChange);
    ctx.write(async |tx| {
        if users::service::is_taken(tx, &new).await? {
            let why = "is already taken";
            return Err(Invalid::new(Problem::Taken, "input.newEmail", why).into());
        }
        keep(ctx, tx, (id, &new), Purpose::EmailChange, &token).await?;
        ctx.audit(Change::done("user.request_email_change", "user", id));
        let (to, new, token) = (user.clone(), new.clone(), token.clone());
        post(ctx, move |place| {
            vec![
                letter::email_change(&to, place, token.reveal()).to(&new),
                letter::email_is_to_change(&to, place.0).to(&to.email),
            ]
        })
    })
    .await?;
    Ok(user)
}

/// Changes the address of whoever shows the token of the mail that went there. Needs no permission.
pub async fn confirm_email(ctx: &Ctx, token: &str) -> Result<User> {
    ctx.tenant()?;
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    let purpose = stored(Purpose::EmailChange);
    let hash = OnceToken::parse(Purpose::EmailChange, token).ok_or_else(refused)?.hash();
    ctx.write(async |tx| {
        let taken = store::take(tx, &hash, purpose, ctx.now).await?;
        let (id, email) = taken.ok_or_else(refused)?;
        let before = users::service::of_session(tx, id).await?;
        let before = before.filter(|user| user.is_active).ok_or_else(refused)?;
        if users::service::is_taken(tx, &email).await? {
            let why = "is for an address that somebody else has by now";
            return Err(Invalid::new(Problem::Taken, "input.token", why).into());
        }
        // Who signs in with the address goes on doing so.
        let same = before.username.to_lowercase() == before.email.to_lowercase();
        let username = same.then(|| email.clone());
        let patch = UserPatch { email: Some(email), username, ..UserPatch::default() };
        let user = users::service::patch_own(tx, id, &patch, ctx.now).await?;
        // Links that went to the old address do not hold any more.
        store::clear(tx, id).await?;
        ctx.audit(Change::updated("user", id, &before, &user));
        Ok(user)
    })
    .await
}

async fn keep(
    ctx: &Ctx,
    tx: &TenantTx,
    (user_id, email): (UserId, &str),
    purpose: Purpose,
    token: &OnceToken,
) -> Result<()> {
    let (hash, purpose) = (token.hash(), stored(purpose));
    let (created_at, expires_at) = (ctx.now, ctx.now + LIFETIME);
    let token = NewToken { hash: &hash, user_id, purpose, email, created_at, expires_at };
    store::insert(tx, &token).await?;
    Ok(())
}

/// Sends mails once the change is committed. They are made from the tenant's name and address.
fn post(
    ctx: &Ctx,
    mails: impl FnOnce((&str, &str)) -> Vec<Message> + Send + 'static,
) -> Result<()> {
    let (app, tenant) = (ctx.app.clone(), ctx.tenant()?.clone());
    ctx.after_commit(async move {
        let sent = async {
            let address = app.address_of(&tenant).await?;
            for mail in mails((&tenant.name, &address)) {
                app.mail.send(mail).await?;
            }
            Ok::<_, AppError>(())
        };
        if let Err(e) = sent.await {
            let tenant = tenant.schema.as_str();
            tracing::error!(error = ?e, tenant, "a mail about an account was not sent");
        }
    });
    Ok(())
}

/// Unknown, used, expired, of another address: one answer.
fn refused() -> AppError {
    let why = "does not hold any more; ask for another mail";
    Invalid::new(Problem::Invalid, "input.token", why).into()
}
