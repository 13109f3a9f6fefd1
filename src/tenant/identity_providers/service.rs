//! What can be done with providers. Every door (GraphQL, commands) comes through here.

use super::model::{
    IdentityProvider, IdentityProviderId, MAX_PROVIDERS, Secret, Settings, SettingsPatch,
};
use super::store::attempts;
use super::{asking, store};
use crate::audit::Change;
use crate::authz::Role;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::security::Kind;
use crate::tenant::users::service::one_at_a_time;
use crate::tenant::{second_factor, sessions, user_identities};

crate::permissions! {
    VIEW = "identity_providers.view" for OWNERS,
    CHANGE = "identity_providers.change" for OWNERS only people,
}

const NOT_FOUND: AppError = AppError::NotFound("identity provider");

/// The provider, if the caller may see it.
pub async fn get(ctx: &Ctx, id: IdentityProviderId) -> Result<IdentityProvider> {
    ctx.require(&VIEW)?;
    store::find(&*ctx.read().await?, id).await?.ok_or(NOT_FOUND)
}

/// A page of providers.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<IdentityProvider>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Those that people may sign in with, for whoever is about to: no more than what stands on the
/// buttons. Needs no permission.
pub async fn buttons(ctx: &Ctx) -> Result<Vec<(IdentityProviderId, String)>> {
    Ok(store::active(&*ctx.read().await?).await?)
}

/// Adds a provider.
pub async fn create(ctx: &Ctx, new: Settings, secret: Secret) -> Result<IdentityProvider> {
    ctx.require(&CHANGE)?;
    require_owner(ctx)?;
    let tenant = ctx.tenant()?.id;
    secret.validate()?;
    let new = new.validated(&ctx.app.outbound)?;
    let id = IdentityProviderId::generate();
    let sealed = kept(ctx, id, &secret, None)?;
    ctx.write(async |tx| {
        one_at_a_time(tx, tenant).await?;
        if store::count_all(tx).await? >= MAX_PROVIDERS {
            let why = format!("a tenant has at most {MAX_PROVIDERS} providers");
            return Err(Invalid::new(Problem::LimitReached, "", why).into());
        }
        let made = store::insert(tx, id, &new, sealed.as_deref(), ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("identity_provider", id, &made));
        told(ctx, &made, "was added");
        Ok(made)
    })
    .await
}

/// Changes a provider. When it is not active any more, the sessions that it has opened end at once,
/// on every node.
pub async fn update(
    ctx: &Ctx,
    id: IdentityProviderId,
    patch: SettingsPatch,
    secret: Secret,
    expected_version: Option<i32>,
) -> Result<IdentityProvider> {
    ctx.require(&CHANGE)?;
    secret.validate()?;
    ctx.write(async |tx| {
        let before = store::find_to_change(tx, id).await?.ok_or(NOT_FOUND)?;
        require_owner(ctx)?;
        if expected_version.is_some_and(|version| version != before.version) {
            return Err(AppError::stale());
        }
        let settings = patch.applied(before.settings.clone()).validated(&ctx.app.outbound)?;
        if settings.issuer != before.settings.issuer {
            moves(tx, &before, &secret).await?;
        }
        let sealed = kept(ctx, id, &secret, before.client_secret.as_deref())?;
        let after =
            store::update(tx, id, &settings, sealed.as_deref(), ctx.user(), ctx.now).await?;
        if !after.settings.is_active {
            shut(ctx, tx, id).await?;
        }
        ctx.audit(Change::updated("identity_provider", id, &before, &after));
        if !matches!(secret, Secret::Keep) {
            ctx.audit(Change::done("identity_provider.replace_secret", "identity_provider", id));
        }
        told(ctx, &after, "was changed");
        Ok(after)
    })
    .await
}

/// Deletes a provider, with what it knows of people. The sessions that it has opened end at once,
/// on every node.
pub async fn delete(ctx: &Ctx, id: IdentityProviderId) -> Result<IdentityProviderId> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let before = store::find_to_change(tx, id).await?.ok_or(NOT_FOUND)?;
        shut(ctx, tx, id).await?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("identity_provider", id, &before));
        told(ctx, &before, "was deleted");
        Ok(id)
    })
    .await
}

/// Fails unless the caller may do everything here, whatever else gave them the permission: a
/// provider says who people are, so whoever chooses it could be anybody.
fn require_owner(ctx: &Ctx) -> Result<()> {
    match ctx.access() {
        Some(access) if !access.includes(Role::Owner) => {
            let why = "only owners choose who says who people are";
            Err(Invalid::new(Problem::NotAllowed, "", why).into())
        }
        _ => Ok(()),
    }
}

/// Fails unless the provider may be one at another issuer from now on. Subjects there are other
/// people's, and the secret is not for everybody whom an owner may name.
async fn moves(tx: &TenantTx, before: &IdentityProvider, secret: &Secret) -> Result<()> {
    let mut invalid = Invalid::default();
    if user_identities::service::are_known(tx, before.id).await? {
        let why = "people have signed in through it; add another provider";
        invalid.push(Problem::NotAllowed, "input.issuer", why);
    }
    if before.client_secret.is_some() && matches!(secret, Secret::Keep) {
        let why = "give the secret again, or null: it is not sent to another issuer unasked";
        invalid.push(Problem::Required, "input.clientSecret", why);
    }
    invalid.finish()
}

/// Nobody comes in through the provider any more, and who did goes out. Sign-ins that wait for a
/// second factor come first: what they open until then is among the sessions.
async fn shut(ctx: &Ctx, tx: &TenantTx, id: IdentityProviderId) -> Result<()> {
    attempts::end(tx, id).await?;
    second_factor::sign_in::end_through(tx, id).await?;
    let ended = sessions::service::end_through(tx, id, None, ctx.now).await?;
    ctx.wake(Wake::Access(ctx.tenant()?.id.0));
    if ended > 0 {
        ctx.alert_on_commit(Kind::SessionsRevoked, format!("{ended} opened through {id}"));
    }
    Ok(())
}

/// The secret as it is kept from now on.
fn kept(
    ctx: &Ctx,
    id: IdentityProviderId,
    secret: &Secret,
    before: Option<&[u8]>,
) -> Result<Option<Vec<u8>>> {
    match secret {
        Secret::Keep => Ok(before.map(<[u8]>::to_vec)),
        Secret::Remove => Ok(None),
        Secret::Replace(secret) => asking::sealed(ctx, id, secret).map(Some),
    }
}

fn told(ctx: &Ctx, provider: &IdentityProvider, what: &str) {
    let detail = format!("the sign-in provider {} {what}", provider.settings.name);
    ctx.alert_on_commit(Kind::SettingsChanged, detail);
}
