//! What can be done with handlers. Every door (GraphQL, jobs, commands) comes through here.

use super::config::HandlerConfig;
use super::model::{EventHandler, EventHandlerId, HandlerPatch, NewHandler};
use super::store;
use crate::audit::Change;
use crate::authz::Reach;
use crate::ctx::{Ctx, only, require_version};
use crate::db::{Listing, Page, Predicate, TenantConn};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenant::projects::{self, ProjectId};
use crate::tenant::webhooks::{self, WebhookId};

crate::permissions! {
    VIEW = "event_handlers.view" for MANAGERS,
    ADD = "event_handlers.add" for OWNERS,
    CHANGE = "event_handlers.change" for OWNERS,
    DELETE = "event_handlers.delete" for OWNERS,
}

/// How many handlers a tenant may have.
const MAX_HANDLERS: usize = 200;

/// The handler, if the caller may see handlers.
pub async fn get(ctx: &Ctx, id: EventHandlerId) -> Result<EventHandler> {
    ctx.found(id, &VIEW).await
}

/// A page of handlers.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<EventHandler>> {
    ctx.listed(listing, &VIEW, total).await
}

/// Those that are to handle what happens.
pub async fn enabled(conn: &TenantConn) -> Result<Vec<EventHandler>> {
    Ok(store::enabled(conn).await?)
}

/// These handlers, as they are now.
pub async fn by_ids(conn: &TenantConn, ids: &[EventHandlerId]) -> Result<Vec<EventHandler>> {
    Ok(store::by_ids(conn, ids, Predicate::True).await?)
}

/// Adds a handler. It handles what happens from now on.
pub async fn create(ctx: &Ctx, new: NewHandler) -> Result<EventHandler> {
    ctx.require(&ADD)?;
    new.validate()?;
    let config = written(&new.config)?;
    ctx.write(async |tx| {
        if store::lock(tx, Predicate::True).await?.len() >= MAX_HANDLERS {
            let why = format!("there can't be more than {MAX_HANDLERS} handlers");
            return Err(Invalid::new(Problem::LimitReached, "", why).into());
        }
        require_targets(tx, new.config.webhook, new.config.project).await?;
        let handler = store::insert(tx, &new, &config, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("event_handler", handler.id, &handler));
        Ok(handler)
    })
    .await
}

/// Changes a handler; `reconfigure` changes what it does in detail.
pub async fn update(
    ctx: &Ctx,
    id: EventHandlerId,
    mut patch: HandlerPatch,
    reconfigure: impl FnOnce(&mut HandlerConfig),
    expected_version: Option<i32>,
) -> Result<EventHandler> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: EventHandler = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        let known = before.config()?;
        let mut config = known.clone();
        reconfigure(&mut config);
        let mut invalid = Invalid::default();
        let event_type = patch.event_type.as_ref().unwrap_or(&before.event_type);
        config.validate(&mut invalid, before.kind, event_type);
        invalid.finish()?;
        // What is gone must not keep anybody from disabling the handler.
        let webhook = config.webhook.filter(|_| config.webhook != known.webhook);
        let project = config.project.filter(|_| config.project != known.project);
        require_targets(tx, webhook, project).await?;
        patch.config = Some(written(&config)?);
        let which = only::<EventHandler>(id);
        let changed = store::update(tx, which, &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("event_handler"))?;
        ctx.audit(Change::updated("event_handler", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Deletes a handler. What it has not done yet is not done any more.
pub async fn delete(ctx: &Ctx, id: EventHandlerId) -> Result<EventHandlerId> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let before: EventHandler = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("event_handler", id, &before));
        Ok(id)
    })
    .await
}

/// Fails unless what the handler works on is there.
async fn require_targets(
    conn: &TenantConn,
    webhook: Option<WebhookId>,
    project: Option<ProjectId>,
) -> Result<()> {
    let mut invalid = Invalid::default();
    if let Some(id) = webhook
        && webhooks::service::by_ids(conn, &[id]).await?.is_empty()
    {
        invalid.push(Problem::NotFound, "input.webhookId", "there is no such webhook");
    }
    invalid.finish()?;
    match project {
        Some(id) => projects::service::require_open(conn, id, &Reach::All).await,
        None => Ok(()),
    }
}

fn written(config: &HandlerConfig) -> Result<String> {
    serde_json::to_string(config).map_err(|e| AppError::Internal(e.into()))
}
