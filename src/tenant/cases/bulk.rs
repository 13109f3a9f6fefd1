//! What can be done with many cases at once, all of them or none, in as many statements however many
//! they are.

use super::model::{Case, CasePatch};
use super::service::{CHANGE, DELETE, require_references, trash};
use super::store;
use crate::audit::Change;
use crate::ctx::{Ctx, these};
use crate::db::Predicate;
use crate::error::Result;

/// Changes all the cases; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: CasePatch) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        require_references(tx, patch.stage_id, patch.assigned_to.flatten()).await?;
        let before: Vec<Case> = ctx.all_locked(tx, which, &CHANGE).await?;
        let changed = store::update(tx, these(&before), &patch, ctx.user(), ctx.now).await?;
        changed.iter().try_for_each(Case::validate_whole)?;
        ctx.audit_all(Change::all_updated("case", |row| row.id.0, &before, &changed));
        Ok(changed.len())
    })
    .await
}

/// Puts all the cases into the trash; how many there were.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Vec<Case> = ctx.all_locked(tx, which, &DELETE).await?;
        trash(ctx, tx, &before).await
    })
    .await
}
