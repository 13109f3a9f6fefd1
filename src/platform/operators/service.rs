//! What can be done with operators.

use super::model::{NewOperator, Operator};
use super::store;
use crate::ctx::Ctx;
use crate::error::Result;

pub use super::sessions::{create as sign_in, refresh, revoke};

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
