//! Taking tenants that have events to handle, and pausing all of that.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::model::{Processing, Taken};
use super::store;
use crate::audit::Change;
use crate::ctx::Ctx;
use crate::db::Lane;
use crate::error::Result;
use crate::platform::require_admin;
use crate::tenant::events::again::check_reason;

/// A worker that says nothing for so long has died: another one takes its tenant.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Until somebody says otherwise.
const FOR_EVER: TimeDelta = TimeDelta::days(3_650);
/// How often it is looked whether events are handled again.
const PAUSED: TimeDelta = TimeDelta::milliseconds(500);

/// What a worker is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Work in this tenant.
    Tenant(Taken),
    /// Wait until then, or until something happens.
    Wait(Option<DateTime<Utc>>),
}

/// Takes a tenant with this kind of work for a while.
pub async fn take(ctx: &Ctx, lane: Lane) -> Result<Next> {
    let conn = ctx.platform().await?;
    if store::processing(&conn).await?.is_paused {
        // Whoever lets them go on need not tell every worker.
        return Ok(Next::Wait(Some(ctx.now + PAUSED)));
    }
    let tx = conn.transaction().await?;
    let Some(taken) = store::due(&tx, lane, ctx.now).await? else {
        let conn = tx.commit().await?;
        return Ok(Next::Wait(store::next_due(&conn, lane).await?));
    };
    store::postpone(&tx, taken, ctx.now + LEASE).await?;
    tx.commit().await?;
    Ok(Next::Tenant(taken))
}

/// Gives a tenant back: `due` says when there is something to do.
pub async fn settle(ctx: &Ctx, taken: Taken, due: Due) -> Result<()> {
    let tx = ctx.platform().await?.transaction().await?;
    match due {
        Due::At(time) => store::postpone(&tx, taken, time).await?,
        Due::Never => store::done(&tx, taken).await?,
        Due::WhenTold => store::postpone(&tx, taken, ctx.now + FOR_EVER).await?,
    };
    tx.commit().await?;
    Ok(())
}

/// When there is something to do in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    At(DateTime<Utc>),
    /// Only when something happens.
    Never,
    /// Not before somebody lets it go on.
    WhenTold,
}

/// Whether events are handled, and how many tenants wait.
pub async fn status(ctx: &Ctx) -> Result<(Processing, i64)> {
    require_admin(ctx)?;
    let conn = ctx.platform().await?;
    Ok((store::processing(&conn).await?, store::count(&conn).await?))
}

/// Stops handling events everywhere, or goes on. Nothing is lost meanwhile.
pub async fn pause(ctx: &Ctx, is_paused: bool, reason: &str) -> Result<(Processing, i64)> {
    require_admin(ctx)?;
    check_reason(is_paused, reason)?;
    ctx.write_platform(async |tx| {
        store::set_processing(tx, is_paused, reason, ctx.operator(), ctx.now).await?;
        let verb = if is_paused { "event_processing.pause" } else { "event_processing.resume" };
        ctx.audit(Change::done(verb, "platform", Uuid::nil()));
        Ok(())
    })
    .await?;
    status(ctx).await
}
