//! What can be done with operators.

use super::model::{NewOperator, Operator};
use super::store;
use crate::ctx::Ctx;
use crate::error::Result;

pub use super::sessions::{create as sign_in, open, refresh, revoke};

/// The signed-in operator; `None` for anybody else.
pub async fn viewer(ctx: &Ctx) -> Result<Option<Operator>> {
    let Some(id) = ctx.operator() else { return Ok(None) };
    Ok(store::find(&ctx.platform().await?, id).await?)
}

/// Adds a platform administrator. Only commands do this so far.
pub async fn create(ctx: &Ctx, new: NewOperator) -> Result<Operator> {
    super::super::require_admin(ctx)?;
    new.validate()?;
    let hash = ctx.app.passwords.hash(&new.password).await?;
    ctx.write_platform(async |tx| Ok(store::insert(tx, &new, &hash, ctx.now).await?)).await
}

/// The operator with this address or user name.
pub async fn by_name(ctx: &Ctx, name: &str) -> Result<Option<Operator>> {
    super::super::require_admin(ctx)?;
    Ok(store::by_name(&ctx.platform().await?, name).await?.map(|found| found.operator))
}

/// Whether anybody runs the installation yet.
pub async fn any(ctx: &Ctx) -> Result<bool> {
    super::super::require_admin(ctx)?;
    Ok(store::any(&ctx.platform().await?).await?)
}
