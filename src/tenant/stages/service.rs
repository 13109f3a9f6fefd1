//! What can be done with stages. Every door (GraphQL, jobs, commands) comes through here.

use super::columns::{ID, KIND, OUTCOME};
use super::model::{NewStage, Stage, StageId, StageKind, StageOutcome, StagePatch};
use super::store;
use crate::audit::Change;
use crate::ctx::{Ctx, only, require_version};
use crate::db::{Column, Listing, Page, Predicate, TenantConn, TenantTx, Value};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenant::{cases, clients};

crate::permissions! {
    VIEW = "stages.view" for EVERYONE,
    ADD = "stages.add" for MANAGERS,
    CHANGE = "stages.change" for MANAGERS,
    DELETE = "stages.delete" for MANAGERS,
}

/// How many stages a pipeline may have.
const MAX_STAGES: usize = 50;

/// The stage, if the caller may see stages.
pub async fn get(ctx: &Ctx, id: StageId) -> Result<Stage> {
    ctx.found(id, &VIEW).await
}

/// A page of stages.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Stage>> {
    ctx.listed(listing, &VIEW, total).await
}

/// Adds a stage behind the others of its kind.
pub async fn create(ctx: &Ctx, new: NewStage) -> Result<Stage> {
    ctx.require(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        if store::lock(tx, of_kind(new.kind)).await?.len() >= MAX_STAGES {
            let why = format!("there can't be more than {MAX_STAGES} stages");
            return Err(Invalid::new(Problem::LimitReached, "", why).into());
        }
        let position = store::last(tx, new.kind).await?.unwrap_or_default() + 1;
        let stage = store::insert(tx, &new, position, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("stage", stage.id, &stage));
        Ok(stage)
    })
    .await
}

/// Changes a stage. Once it is the default one, the one before is not.
pub async fn update(
    ctx: &Ctx,
    id: StageId,
    patch: StagePatch,
    expected_version: Option<i32>,
) -> Result<Stage> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Stage = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        if patch.is_default == Some(true) && !before.is_default {
            give_up_default(ctx, tx, before.kind).await?;
        }
        let changed = store::update(tx, only::<Stage>(id), &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("stage"))?;
        ctx.audit(Change::updated("stage", id, &before, &after));
        Ok(after)
    })
    .await
}

async fn give_up_default(ctx: &Ctx, tx: &TenantTx, kind: StageKind) -> Result<()> {
    let Some(before) = store::default_of(tx, kind).await? else { return Ok(()) };
    let patch = StagePatch { is_default: Some(false), ..StagePatch::default() };
    let which = only::<Stage>(before.id);
    for after in store::update(tx, which, &patch, ctx.user(), ctx.now).await? {
        ctx.audit(Change::updated("stage", before.id, &before, &after));
    }
    Ok(())
}

/// Puts the stages of a kind into another order. All of them have to be named.
pub async fn reorder(ctx: &Ctx, kind: StageKind, ids: Vec<StageId>) -> Result<Vec<Stage>> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let before = store::lock(tx, of_kind(kind)).await?;
        if ids.iter().any(|id| before.iter().all(|stage| stage.id != *id)) {
            let why = "there is no such stage";
            return Err(Invalid::new(Problem::NotFound, "ids", why).into());
        }
        let named = |stage: &Stage| ids.iter().filter(|id| **id == stage.id).count() == 1;
        if ids.len() != before.len() || !before.iter().all(named) {
            let why = "has to name each stage of this kind once";
            return Err(Invalid::new(Problem::Invalid, "ids", why).into());
        }
        let mut after = store::reorder(tx, &ids, ctx.user(), ctx.now).await?;
        ctx.audit_all(Change::all_updated("stage", |row| row.id.0, &before, &after));
        after.sort_by_key(|stage| stage.position);
        Ok(after)
    })
    .await
}

/// Deletes a stage. What is in it goes on to `move_to`, which has to be named if anything is.
pub async fn delete(ctx: &Ctx, id: StageId, move_to: Option<StageId>) -> Result<StageId> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let before: Stage = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        if before.is_default {
            let why = "new ones begin here: make another stage the default first";
            return Err(Invalid::new(Problem::NotAllowed, "id", why).into());
        }
        match move_to {
            Some(to) => {
                require_of_kind(tx, "moveToId", Some(to), before.kind).await?;
                if to == id {
                    let why = "is the one that is deleted";
                    return Err(Invalid::new(Problem::Invalid, "moveToId", why).into());
                }
                leave(ctx, tx, before.kind, id, to).await?;
            }
            None if is_taken(tx, before.kind, id).await? => {
                let why = "something is in this stage: say where it goes";
                return Err(Invalid::new(Problem::Required, "moveToId", why).into());
            }
            None => {}
        }
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("stage", id, &before));
        Ok(id)
    })
    .await
}

async fn is_taken(conn: &TenantConn, kind: StageKind, id: StageId) -> Result<bool> {
    match kind {
        StageKind::Client => clients::service::is_in_stage(conn, id).await,
        StageKind::Case => cases::service::is_in_stage(conn, id).await,
    }
}

async fn leave(
    ctx: &Ctx,
    tx: &TenantTx,
    kind: StageKind,
    from: StageId,
    to: StageId,
) -> Result<()> {
    match kind {
        StageKind::Client => clients::service::leave_stage(ctx, tx, from, to).await,
        StageKind::Case => cases::service::leave_stage(ctx, tx, from, to).await,
    }
}

/// The condition that the stage whose id is in `column` is on the way, or that it is an end.
pub fn is_open(column: Column, open: bool) -> Predicate {
    let outcome = Predicate::equal(OUTCOME, Value::Text(StageOutcome::Open.stored().to_owned()));
    let on_the_way = Predicate::Through(column, ID, Box::new(outcome));
    if open { on_the_way } else { Predicate::Not(Box::new(on_the_way)) }
}

/// Fails unless there is such a stage for things of this kind. `field` names it to the caller.
pub async fn require_of_kind(
    conn: &TenantConn,
    field: &str,
    id: Option<StageId>,
    kind: StageKind,
) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    match store::find(conn, only::<Stage>(id).and(of_kind(kind))).await? {
        Some(_) => Ok(()),
        None => Err(Invalid::new(Problem::NotFound, field, "there is no such stage").into()),
    }
}

/// The stage where new things of this kind begin.
pub async fn first_of(conn: &TenantConn, kind: StageKind) -> Result<StageId> {
    let found = store::default_of(conn, kind).await?;
    found.map(|stage| stage.id).ok_or_else(|| AppError::internal("there is no default stage"))
}

/// The condition that a stage is of this kind.
fn of_kind(kind: StageKind) -> Predicate {
    Predicate::equal(KIND, Value::Text(kind.stored().to_owned()))
}
