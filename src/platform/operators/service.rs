//! What can be done with operators.

use super::model::{Credentials, NewOperator, Operator, OperatorPatch};
use super::{sessions, store};
use crate::audit::Change;
use crate::authz::OperatorId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, PlatformTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::Policy;
use crate::platform::{require_admin, require_operator};
use crate::security::Kind;
use crate::sessions::password;

pub use super::sessions::{create as sign_in, end_one, end_others, open, own, refresh, revoke};

/// The signed-in operator; `None` for anybody else.
pub async fn viewer(ctx: &Ctx) -> Result<Option<Operator>> {
    let Some(id) = ctx.operator() else { return Ok(None) };
    Ok(store::find(&ctx.platform().await?, id).await?)
}

/// The operator, if a platform administrator asks.
pub async fn get(ctx: &Ctx, id: OperatorId) -> Result<Operator> {
    require_admin(ctx)?;
    store::find(&ctx.platform().await?, id).await?.ok_or(AppError::NotFound("operator"))
}

/// A page of operators.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Operator>> {
    require_admin(ctx)?;
    let conn = ctx.platform().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Adds an operator.
pub async fn create(ctx: &Ctx, new: NewOperator) -> Result<Operator> {
    require_admin(ctx)?;
    new.validate()?;
    let hash = ctx.app.passwords.hash(&new.password).await?;
    let operator = ctx
        .write_platform(async |tx| {
            let added = store::insert(tx, &new, &hash, ctx.now).await.map_err(AppError::from);
            let added = added.map_err(|e| match e {
                // The address is the user name, too, at first.
                AppError::Invalid(_) => {
                    Invalid::new(Problem::Taken, "input.email", "is already taken").into()
                }
                e => e,
            })?;
            ctx.audit(Change::created("operator", added.id, &added));
            Ok(added)
        })
        .await?;
    let (id, is_admin) = (operator.id, operator.is_admin);
    tracing::info!(target: "security", { operator.id = %id, is_admin }, "operator added");
    Ok(operator)
}

/// Changes an operator. Deactivation ends their sessions at once, on every node.
pub async fn update(
    ctx: &Ctx,
    id: OperatorId,
    patch: OperatorPatch,
    expected_version: Option<i32>,
) -> Result<Operator> {
    require_admin(ctx)?;
    patch.validate()?;
    ctx.write_platform(async |tx| {
        if patch.changes_access() {
            keep_an_admin(tx, id, &patch).await?;
        }
        let before = store::find(tx, id).await?.ok_or(AppError::NotFound("operator"))?;
        let operator = store::update(tx, id, expected_version, &patch, ctx.now)
            .await?
            .ok_or_else(AppError::stale)?;
        ctx.audit(Change::updated("operator", id, &before, &operator));
        if !operator.is_active {
            sessions::end_all(ctx, tx, id, None).await?;
        }
        if patch.changes_access() {
            ctx.wake(Wake::Operators);
            let (is_active, is_admin) = (operator.is_active, operator.is_admin);
            tracing::info!(
                target: "security", { operator.id = %id, is_active, is_admin },
                "an operator's rights changed"
            );
        }
        Ok(operator)
    })
    .await
}

/// Without an administrator nobody could make one.
async fn keep_an_admin(tx: &PlatformTx, id: OperatorId, patch: &OperatorPatch) -> Result<()> {
    let admins = store::lock_admins(tx).await?;
    let stays = patch.is_admin != Some(false) && patch.is_active != Some(false);
    if stays || !admins.contains(&id) || admins.len() > 1 {
        return Ok(());
    }
    Err(Invalid::new(Problem::NotAllowed, "", "the last administrator has to stay one").into())
}

/// Changes the caller's own password, and ends their other sessions.
pub async fn change_password(ctx: &Ctx, current: &str, new: &str) -> Result<Operator> {
    let id = require_operator(ctx)?;
    // Whoever holds a token only may not try passwords without end.
    ctx.app.limits.take(Policy::AuthAccount, ("platform", id.0)).await?;
    let found = store::credentials(&ctx.platform().await?, id).await?;
    let Credentials { operator, password_hash } = found.ok_or(AppError::NotFound("operator"))?;
    password::check(&[&operator.email, &operator.username], current, new)?;
    let hash = password::replaced(ctx, password_hash.as_deref(), current, new).await?;
    ctx.write_platform(async |tx| {
        let before = password_hash.as_deref();
        let changed = store::set_password(tx, id, before, &hash, ctx.now).await?;
        sessions::end_all(ctx, tx, id, ctx.session()).await?;
        ctx.audit(Change::done("operator.change_password", "operator", id));
        ctx.wake(Wake::Operators);
        ctx.alert_on_commit(Kind::PasswordChanged, "");
        changed.ok_or_else(AppError::stale)
    })
    .await
}

/// The operator with this address or user name.
pub async fn by_name(ctx: &Ctx, name: &str) -> Result<Option<Operator>> {
    require_admin(ctx)?;
    Ok(store::by_name(&ctx.platform().await?, name).await?.map(|found| found.operator))
}

/// Whether anybody runs the installation yet.
pub async fn any(ctx: &Ctx) -> Result<bool> {
    require_admin(ctx)?;
    Ok(store::any(&ctx.platform().await?).await?)
}
