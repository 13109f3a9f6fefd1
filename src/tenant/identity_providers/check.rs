//! Whether a provider is set up so that people can sign in, for the owners who set it up.

use super::asking::patiently;
use super::model::IdentityProviderId;
use super::service::CHANGE;
use super::store;
use crate::ctx::Ctx;
use crate::error::{AppError, Result};

/// Asks the provider for its document and keys; what is wrong, if anything is. Whether the client's
/// id and secret are right, only a sign-in can tell.
pub async fn run(ctx: &Ctx, id: IdentityProviderId) -> Result<Option<String>> {
    ctx.require(&CHANGE)?;
    let found = store::find(&*ctx.read().await?, id).await?;
    let provider = found.ok_or(AppError::NotFound("identity provider"))?;
    ctx.release().await;
    let looked = patiently(ctx, ctx.app.issuers.look(&provider.settings.issuer)).await;
    Ok(looked.err().map(|why| why.to_string()))
}
