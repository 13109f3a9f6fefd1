//! What can be done with webhooks. Every door (GraphQL, jobs, commands) comes through here.

use chrono::TimeDelta;

use super::model::{
    NewWebhook, Webhook, WebhookDelivery, WebhookDeliveryId, WebhookId, WebhookPatch,
};
use super::{deliveries, messages, outbox, secrets, store};
use crate::audit::Change;
use crate::bus::Wake;
use crate::ctx::{Ctx, only, require_version};
use crate::db::{Lane, Listing, Page, Predicate, TenantConn, lane, page};
use crate::error::{AppError, Invalid, Problem, Result};

crate::permissions! {
    VIEW = "webhooks.view" for OWNERS,
    ADD = "webhooks.add" for OWNERS,
    CHANGE = "webhooks.change" for OWNERS,
    DELETE = "webhooks.delete" for OWNERS,
}

/// How many a tenant may have.
const MAX_WEBHOOKS: usize = 50;
/// For at most so long an old secret signs beside the new one.
const MAX_OVERLAP: i32 = 7 * 86_400;

/// The webhook, if the caller may see webhooks.
pub async fn get(ctx: &Ctx, id: WebhookId) -> Result<Webhook> {
    ctx.found(id, &VIEW).await
}

/// A page of webhooks.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Webhook>> {
    ctx.listed(listing, &VIEW, total).await
}

/// These webhooks, as they are now.
pub async fn by_ids(conn: &TenantConn, ids: &[WebhookId]) -> Result<Vec<Webhook>> {
    Ok(store::by_ids(conn, ids, Predicate::True).await?)
}

/// Adds a webhook: what happens from now on is sent there. Its secret is told this once.
pub async fn create(ctx: &Ctx, new: NewWebhook) -> Result<(Webhook, String)> {
    ctx.require(&ADD)?;
    new.validate(&ctx.app.outbound)?;
    let id = WebhookId::generate();
    let (sealed, secret) = secrets::make(ctx, id)?;
    ctx.write(async |tx| {
        if store::lock(tx, Predicate::True).await?.len() >= MAX_WEBHOOKS {
            let why = format!("there can't be more than {MAX_WEBHOOKS} webhooks");
            return Err(Invalid::new(Problem::LimitReached, "", why).into());
        }
        let webhook = store::insert(tx, id, &new, &sealed, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("webhook", id, &webhook));
        Ok((webhook, secret))
    })
    .await
}

/// Changes a webhook. What waits goes to where it leads afterwards.
pub async fn update(
    ctx: &Ctx,
    id: WebhookId,
    patch: WebhookPatch,
    expected_version: Option<i32>,
) -> Result<Webhook> {
    ctx.require(&CHANGE)?;
    patch.validate(&ctx.app.outbound)?;
    ctx.write(async |tx| {
        let before: Webhook = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        let changed = store::update(tx, only::<Webhook>(id), &patch, ctx.user(), ctx.now).await?;
        let mut after = changed.into_iter().next().ok_or(AppError::NotFound("webhook"))?;
        if after.url != before.url || (after.is_enabled && !before.is_enabled) {
            // It may answer now.
            store::note(tx, id, 0, None, false).await?;
            (after.failures, after.open_until) = (0, None);
        }
        lane::note_backlog(tx, Lane::Webhooks).await?;
        ctx.wake(Wake::Work);
        ctx.audit(Change::updated("webhook", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Gives a webhook a new secret, told this once. For so many seconds messages are signed with the
/// old one as well.
pub async fn rotate_secret(ctx: &Ctx, id: WebhookId, overlap: i32) -> Result<(Webhook, String)> {
    ctx.require(&CHANGE)?;
    if !(0..=MAX_OVERLAP).contains(&overlap) {
        let why = format!("is not between 0 and {MAX_OVERLAP}");
        return Err(Invalid::new(Problem::Invalid, "overlapSeconds", why).into());
    }
    let (sealed, secret) = secrets::make(ctx, id)?;
    ctx.write(async |tx| {
        let before: Webhook = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        let until = ctx.now + TimeDelta::seconds(i64::from(overlap));
        let after = store::rotate(tx, id, &sealed, until, ctx.user(), ctx.now).await?;
        let change = Change::updated("webhook", id, &before, &after);
        ctx.audit(change.named("webhook.rotate_secret"));
        Ok((after, secret))
    })
    .await
}

/// Deletes a webhook with all that was sent there and all that waits.
pub async fn delete(ctx: &Ctx, id: WebhookId) -> Result<WebhookId> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let before: Webhook = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("webhook", id, &before));
        Ok(id)
    })
    .await
}

/// Sends a message that shows whether it arrives, whatever became of others.
pub async fn test(ctx: &Ctx, id: WebhookId) -> Result<WebhookDelivery> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let webhook: Webhook = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        let kind = messages::TEST.to_owned();
        let new = outbox::new(ctx, webhook.id, webhook.id.0, kind, messages::test(ctx)?);
        outbox::add(ctx, tx, std::slice::from_ref(&new)).await?;
        ctx.audit(Change::done("webhook.test", "webhook", id));
        Ok(new)
    })
    .await
}

/// A message, if the caller may see webhooks.
pub async fn delivery(ctx: &Ctx, id: WebhookDeliveryId) -> Result<WebhookDelivery> {
    ctx.require(&VIEW)?;
    let found = deliveries::find(&*ctx.read().await?, id).await?;
    found.ok_or(AppError::NotFound("webhook_delivery"))
}

/// A page of messages.
pub async fn deliveries(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<WebhookDelivery>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = deliveries::page(&conn, &listing);
    page::read(&listing, rows, deliveries::count(&conn, &listing), total).await
}

/// Sends a message once more, with all the attempts that a new one has.
pub async fn redeliver(ctx: &Ctx, id: WebhookDeliveryId) -> Result<WebhookDelivery> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let again = deliveries::again(tx, id, ctx.now).await?;
        let again = again.ok_or(AppError::NotFound("webhook_delivery"))?;
        lane::note_backlog(tx, Lane::Webhooks).await?;
        ctx.wake(Wake::Work);
        ctx.audit(Change::done("webhook_delivery.retry", "webhook_delivery", id));
        Ok(again)
    })
    .await
}
