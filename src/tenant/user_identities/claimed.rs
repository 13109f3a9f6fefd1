//! From what a provider says about somebody to the account that is theirs here: the one that it has
//! opened before, the one with their address, or a new one, as the provider's settings allow.

use super::model::{MAX_SUBJECT, UserIdentity, UserIdentityId};
use super::store;
use crate::audit::Change;
use crate::auth::oidc::Claims;
use crate::ctx::Ctx;
use crate::db::TenantTx;
use crate::error::Result;
use crate::security::Kind;
use crate::tenant::identity_providers::IdentityProvider;
use crate::tenant::users::provided::{self, Newcomer};
use crate::tenant::users::{self, User, UserKind};

/// Why somebody does not come in; for the security events alone.
type Why = &'static str;

/// The account of whoever these claims are about.
pub async fn user(
    ctx: &Ctx,
    tx: &TenantTx,
    provider: &IdentityProvider,
    claims: &Claims,
) -> Result<Result<User, Why>> {
    let subject = claims.subject.as_str();
    let fits = (1..=MAX_SUBJECT).contains(&subject.chars().count());
    if !fits || subject.chars().any(char::is_control) {
        return Ok(Err("the subject is no subject"));
    }
    if let Some(known) = store::by_subject(tx, provider.id, subject).await? {
        return known_user(ctx, tx, &known, claims).await;
    }
    // Two who come for the first time at the same moment may be one; and seats are counted.
    users::service::one_at_a_time(tx, ctx.tenant()?.id).await?;
    if let Some(known) = store::by_subject(tx, provider.id, subject).await? {
        return known_user(ctx, tx, &known, claims).await;
    }
    let user = match first_time(ctx, tx, provider, claims).await? {
        Ok(user) => user,
        Err(why) => return Ok(Err(why)),
    };
    link(ctx, tx, provider, &user, claims).await?;
    Ok(Ok(user))
}

async fn known_user(
    ctx: &Ctx,
    tx: &TenantTx,
    known: &UserIdentity,
    claims: &Claims,
) -> Result<Result<User, Why>> {
    let user = users::service::of_session(tx, known.user_id).await?;
    let Some(user) = user.filter(may_sign_in) else {
        return Ok(Err("the account is not active"));
    };
    store::used(tx, known.id, email(claims).as_deref(), ctx.now).await?;
    Ok(Ok(user))
}

/// The account of somebody whom the provider has not brought before. Their address decides, so the
/// provider has to have made sure of it.
async fn first_time(
    ctx: &Ctx,
    tx: &TenantTx,
    provider: &IdentityProvider,
    claims: &Claims,
) -> Result<Result<User, Why>> {
    let settings = &provider.settings;
    let Some(email) = claims.verified_email() else {
        return Ok(Err("the provider does not vouch for an address"));
    };
    if !settings.admits(email) {
        return Ok(Err("the address is of another domain"));
    }
    let found = users::service::credentials(tx, Some(email), None).await?;
    if let Some(found) = found {
        // The database finds more alike than mail servers do: letters of other alphabets.
        let same = |user: &User| user.email.eq_ignore_ascii_case(email);
        let user = Some(found.user).filter(may_sign_in).filter(same);
        let user = user.filter(|_| settings.links_by_email);
        return Ok(user.ok_or("an account has that address, and is not to be linked"));
    }
    if !settings.creates_users {
        return Ok(Err("no account has that address"));
    }
    let newcomer = Newcomer {
        email: email.to_owned(),
        first_name: claims.given_name.clone(),
        last_name: claims.family_name.clone(),
        role: settings.default_role,
    };
    let made = provided::create(ctx, tx, &newcomer).await?;
    Ok(made.ok_or("the address can't be one of an account"))
}

fn may_sign_in(user: &User) -> bool {
    user.is_active && user.kind == UserKind::Person
}

/// From now on the subject opens this account, whatever becomes of the address.
async fn link(
    ctx: &Ctx,
    tx: &TenantTx,
    provider: &IdentityProvider,
    user: &User,
    claims: &Claims,
) -> Result<()> {
    let row = UserIdentity {
        id: UserIdentityId::generate(),
        provider_id: provider.id,
        subject: claims.subject.clone(),
        user_id: user.id,
        email: email(claims),
        created_at: ctx.now,
        last_used_at: ctx.now,
    };
    store::insert(tx, &row).await?;
    ctx.audit(Change::created("user_identity", row.id, &row));
    let detail = format!("{} through {}", user.id, provider.settings.name);
    ctx.alert_on_commit(Kind::IdentityLinked, detail);
    Ok(())
}

/// The address as it can be kept.
fn email(claims: &Claims) -> Option<String> {
    let fits = |email: &&String| email.len() <= 254 && !email.chars().any(char::is_control);
    claims.email.as_ref().filter(fits).cloned()
}
