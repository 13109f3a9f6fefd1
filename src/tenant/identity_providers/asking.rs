//! How a provider is asked: as whom, and for how long.

use super::IdentityProvider;
use super::model::IdentityProviderId;
use crate::auth::oidc::{Failure, Key, Registration};
use crate::ctx::Ctx;
use crate::error::{AppError, Result};

/// Which provider it is, for what is remembered of it.
pub fn key(ctx: &Ctx, provider: &IdentityProvider) -> Result<Key> {
    let tenant = ctx.tenant()?.id.0;
    Ok(Key { tenant, provider: provider.id.0, version: provider.version })
}

/// As whom we come there.
pub fn registration(ctx: &Ctx, provider: &IdentityProvider) -> Result<Registration> {
    let open = |sealed: &Vec<u8>| -> Result<String> {
        let secret = ctx.app.seal.open(&owner(ctx, provider.id)?, sealed)?;
        String::from_utf8(secret).map_err(|_| AppError::internal("a client's secret is no text"))
    };
    Ok(Registration {
        issuer: provider.settings.issuer.clone(),
        client_id: provider.settings.client_id.clone(),
        client_secret: provider.client_secret.as_ref().map(open).transpose()?,
    })
}

/// The secret as it is kept.
pub fn sealed(ctx: &Ctx, id: IdentityProviderId, secret: &str) -> Result<Vec<u8>> {
    ctx.app.seal.seal(&owner(ctx, id)?, secret.as_bytes())
}

/// Waits for a provider, but not so long that nobody would hear what was wrong. Hold no connection
/// meanwhile.
pub async fn patiently<T>(
    ctx: &Ctx,
    asked: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let patience = ctx.app.config.http.request_timeout * 4 / 5;
    match tokio::time::timeout(patience, asked).await {
        Ok(answered) => answered,
        Err(_) => Err(Failure::Provider("the provider does not answer in time".to_owned())),
    }
}

/// Whose secret it is: no other row's opens in its place.
fn owner(ctx: &Ctx, provider: IdentityProviderId) -> Result<Vec<u8>> {
    Ok([ctx.tenant()?.id.0.as_bytes().as_slice(), provider.0.as_bytes()].concat())
}
