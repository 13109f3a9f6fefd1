//! Where a sign-in with a provider takes place, and how often it may be tried.

use crate::ctx::Ctx;
use crate::error::{Invalid, Problem, Result};
use crate::limits::{Policy, network};
use crate::platform::tokens::service::{Account, Outcome, Target, Within, enter, place};
use crate::tenant::identity_providers::sign_in::{self, Shown, Started};
use crate::tenant::identity_providers::{IdentityProviderId, service};
use crate::tenant::sessions::service::Step;

/// The providers that people may sign in with; none on the platform itself.
pub async fn buttons(ctx: &Ctx, target: Target) -> Result<Vec<(IdentityProviderId, String)>> {
    match enter(ctx, place(ctx, target)?).await? {
        Within::Tenant(ctx) => service::buttons(ctx.as_ref()).await,
        Within::Platform | Within::Nowhere => Ok(vec![]),
    }
}

/// Sends somebody to a provider's page.
pub async fn start(
    ctx: &Ctx,
    target: Target,
    provider: IdentityProviderId,
    redirect_uri: &str,
) -> Result<Started> {
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    match enter(ctx, place(ctx, target)?).await? {
        Within::Tenant(ctx) => sign_in::start(ctx.as_ref(), provider, redirect_uri).await,
        Within::Platform => Err(of_tenants()),
        Within::Nowhere => {
            let why = "there is no such provider";
            Err(Invalid::new(Problem::NotFound, "input.providerId", why).into())
        }
    }
}

/// Finishes the sign-in with which somebody comes back.
pub async fn finish(ctx: &Ctx, target: Target, shown: Shown) -> Result<Outcome> {
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    let step = match enter(ctx, place(ctx, target)?).await? {
        Within::Tenant(ctx) => sign_in::finish(ctx.as_ref(), shown).await?,
        Within::Platform => return Err(of_tenants()),
        Within::Nowhere => return Err(sign_in::REFUSED),
    };
    Ok(match step {
        Step::Done(signed_in) => Outcome::SignedIn(signed_in.map(Account::User)),
        Step::MustEnroll(signed_in) => Outcome::MustEnroll(signed_in.map(Account::User)),
        Step::NeedsTotp(challenge) => Outcome::NeedsTotp(challenge),
    })
}

/// Operators have no providers.
fn of_tenants() -> crate::error::AppError {
    let why = "name the tenant; nobody signs in to the platform with a provider";
    Invalid::new(Problem::Required, "input.tenant", why).into()
}
