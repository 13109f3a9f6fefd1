//! To a provider's page and back. Needs no permission: it is how people show who they are.
//!
//! The state goes to the provider and comes back with the person; the binding stays in the page
//! that sent them, so that nobody can be made to finish a sign-in that somebody else began.

use subtle::ConstantTimeEq;

use super::asking::{key, patiently, registration};
use super::model::{ATTEMPT_LIFETIME, Attempt, IdentityProvider, IdentityProviderId};
use super::store::attempts;
use super::{redirects, store};
use crate::audit::ActorKind;
use crate::auth::oidc::{Asked, Claims, Failure, Returned};
use crate::auth::once::{OnceToken, Purpose, random};
use crate::ctx::Ctx;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::Policy;
use crate::security::Kind;
use crate::tenant::sessions::service::Step;
use crate::tenant::{second_factor, sessions, user_identities};

/// Whatever is wrong with what somebody came back with, or with who they are: one answer.
pub const REFUSED: AppError =
    AppError::Unauthenticated("signing in through this provider did not work");
/// The provider's fault, or that of who set it up.
const BROKEN: AppError =
    AppError::Upstream("the sign-in provider does not answer as it should; try again shortly");

/// No provider's codes are longer.
const MAX_CODE: usize = 4_096;

/// A sign-in that has begun.
pub struct Started {
    /// The provider's page.
    pub page: String,
    pub state: OnceToken,
    pub binding: OnceToken,
}

/// What somebody came back with.
#[derive(Clone)]
pub struct Shown {
    pub state: String,
    pub code: String,
    pub binding: String,
}

/// Sends somebody to a provider.
pub async fn start(ctx: &Ctx, id: IdentityProviderId, redirect_uri: &str) -> Result<Started> {
    let provider = store::find(&*ctx.read().await?, id).await?.filter(|p| p.settings.is_active);
    let Some(provider) = provider else {
        let why = "there is no such provider";
        return Err(Invalid::new(Problem::NotFound, "input.providerId", why).into());
    };
    let us = registration(ctx, &provider)?;
    ctx.release().await; // nobody else should wait for the connection while the provider answers
    redirects::check(ctx, redirect_uri).await?;
    let state = OnceToken::generate(Purpose::ProviderState);
    let binding = OnceToken::generate(Purpose::ProviderBinding);
    let asked = Asked {
        redirect_uri: redirect_uri.to_owned(),
        state: state.reveal().to_owned(),
        nonce: random(),
        verifier: random(),
        scopes: provider.settings.scopes.split(' ').map(str::to_owned).collect(),
    };
    let attempt = Attempt {
        state_hash: state.hash().to_vec(),
        binding_hash: binding.hash().to_vec(),
        provider_id: id,
        nonce: asked.nonce.clone(),
        pkce_verifier: asked.verifier.clone(),
        redirect_uri: redirect_uri.to_owned(),
        created_at: ctx.now,
        expires_at: ctx.now + ATTEMPT_LIFETIME,
    };
    let page = ctx.app.issuers.page(key(ctx, &provider)?, &us, asked);
    let page = patiently(ctx, page).await.map_err(|why| failed(ctx, &provider, &why))?;
    ctx.write(async |tx| {
        attempts::sweep(tx, ctx.now).await?;
        Ok(attempts::insert(tx, &attempt).await?)
    })
    .await?;
    Ok(Started { page, state, binding })
}

/// Finishes the sign-in with which somebody comes back: opens a session, or asks for the second
/// factor.
pub async fn finish(ctx: &Ctx, shown: Shown) -> Result<Step> {
    let attempt = take(ctx, &shown).await?;
    let found = store::find(&*ctx.read().await?, attempt.provider_id).await?;
    let provider = found.filter(|p| p.settings.is_active);
    let provider = provider.ok_or_else(|| refused(ctx, "the provider is not active"))?;
    let us = registration(ctx, &provider)?;
    ctx.release().await;
    let back = Returned {
        code: shown.code,
        redirect_uri: attempt.redirect_uri,
        nonce: attempt.nonce,
        verifier: attempt.pkce_verifier,
    };
    let claims = ctx.app.issuers.claims(key(ctx, &provider)?, &us, back, ctx.now);
    let claims = patiently(ctx, claims).await.map_err(|why| failed(ctx, &provider, &why))?;
    let account = (ctx.tenant()?.id.0, "oidc", provider.id.0, claims.subject.as_str());
    ctx.app.limits.take_at(ctx.rates(), Policy::AuthAccount, account).await?;
    open(ctx, &provider, &claims).await
}

/// Takes the attempt out, whatever comes of it: nobody tries twice with the same state.
async fn take(ctx: &Ctx, shown: &Shown) -> Result<Attempt> {
    let Some(state) = OnceToken::parse(Purpose::ProviderState, &shown.state) else {
        return Err(refused(ctx, "no state of ours"));
    };
    let taken = ctx.write(async |tx| Ok(attempts::take(tx, &state.hash()).await?)).await?;
    let attempt = taken.filter(|attempt| attempt.expires_at > ctx.now);
    let attempt = attempt.ok_or_else(|| refused(ctx, "the state is unknown, used or over"))?;
    let binding = OnceToken::parse(Purpose::ProviderBinding, &shown.binding);
    let same = |binding: OnceToken| bool::from(attempt.binding_hash.ct_eq(&binding.hash()));
    if !binding.is_some_and(same) {
        return Err(refused(ctx, "another page has begun the sign-in"));
    }
    if shown.code.is_empty() || shown.code.len() > MAX_CODE {
        return Err(refused(ctx, "no code"));
    }
    Ok(attempt)
}

async fn open(ctx: &Ctx, provider: &IdentityProvider, claims: &Claims) -> Result<Step> {
    let tenant = ctx.tenant()?.id.0;
    let opened = ctx
        .write(async |tx| {
            // Whoever shuts the provider waits for this, or this for them.
            let now = store::find_to_use(tx, provider.id).await?;
            let now = now.filter(|p| p.settings.is_active && p.version == provider.version);
            let Some(provider) = now else { return Ok(Err("the provider was changed meanwhile")) };
            let user = match user_identities::claimed::user(ctx, tx, &provider, claims).await? {
                Ok(user) => user,
                Err(why) => return Ok(Err(why)),
            };
            let (id, through) = (user.id, Some(provider.id));
            if provider.settings.asks_second_factor
                && let Some(token) =
                    second_factor::sign_in::challenge(ctx, tx, &user, through).await?
            {
                return Ok(Ok((id, Step::NeedsTotp(token))));
            }
            let opened =
                sessions::service::open_through(ctx, tx, tenant, user, provider.id).await?;
            Ok(Ok((id, Step::Done(opened))))
        })
        .await?;
    let name = &provider.settings.name;
    match opened {
        Ok((id, step)) => {
            if matches!(step, Step::Done(_)) {
                ctx.alert_by(ActorKind::User, id, Kind::SignIn, format!("through {name}"));
            }
            Ok(step)
        }
        Err(why) => Err(refused(ctx, &format!("{name}: {why}"))),
    }
}

/// The answer to somebody with whom something is wrong; what it is stands in the security events.
fn refused(ctx: &Ctx, why: &str) -> AppError {
    ctx.alert(Kind::SignInFailed, format!("through a provider: {why}"));
    REFUSED
}

fn failed(ctx: &Ctx, provider: &IdentityProvider, why: &Failure) -> AppError {
    match why {
        Failure::Refused(why) => refused(ctx, &format!("{}: {why}", provider.settings.name)),
        Failure::Provider(why) => {
            let (tenant, id) = (ctx.scope_name(), provider.id.to_string());
            tracing::warn!(tenant, provider.id = id, why, "a sign-in provider failed");
            BROKEN
        }
    }
}
