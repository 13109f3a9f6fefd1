//! Sending messages: at least once each, in order for each object, and sparing addresses that do not
//! answer.

use std::time::{Duration, Instant};

use axum::http::{Request, Response, StatusCode, header};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::model::{CircuitState, Webhook, WebhookAttempt, WebhookDelivery, WebhookId, rest};
use super::{deliveries, secrets, store};
use crate::ctx::{Ctx, only};
use crate::db::TenantTx;
use crate::error::{AppError, Result};
use crate::outbound::Failure;
use crate::tenant::events::processing::Left;
use crate::tenant::events::service::is_paused;

/// Messages that are on their way to one address at the same time.
const TOGETHER: i64 = 4;
/// An attempt that has not ended after this long is given up for lost.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// For so long an address gets one message after the other before others have their turn.
const TURN: Duration = Duration::from_secs(10);
/// What is read of an answer, and what is kept of it.
const MAX_ANSWER: usize = 256 * 1024;
const KEPT: usize = 2_000;
/// A request to wait is heard as long as it asks for no more.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);

/// One pass in the tenant of `ctx`: every address gets what waits for it, for a while. What is slow
/// there holds up nothing that goes elsewhere. `anew` makes a context for the work on one message.
pub async fn pass(ctx: &Ctx, anew: impl Fn() -> Ctx + Sync) -> Result<Left> {
    let conn = ctx.read().await?;
    if is_paused(&conn).await? {
        return Ok(Left::Paused);
    }
    let ids = deliveries::waited_for(&conn, ctx.now).await?;
    drop(conn);
    ctx.release().await;
    let sent = try_join_all(ids.into_iter().map(|id| serve(&anew, id))).await?;
    if sent.into_iter().any(|any| any) {
        return Ok(Left::More);
    }
    let next = deliveries::next_due(&*ctx.read().await?, ctx.now).await?;
    Ok(next.map_or(Left::Nothing, Left::At))
}

/// Whether anything was sent.
async fn serve(anew: &(impl Fn() -> Ctx + Sync), id: WebhookId) -> Result<bool> {
    let begun = Instant::now();
    let mut any = false;
    loop {
        let round = anew();
        let Some((webhook, due)) = take(&round, id).await? else { return Ok(any) };
        round.release().await;
        any = true;
        try_join_all(due.into_iter().map(|delivery| send(anew(), &webhook, delivery))).await?;
        if begun.elapsed() > TURN {
            return Ok(true);
        }
    }
}

async fn take(ctx: &Ctx, id: WebhookId) -> Result<Option<(Webhook, Vec<WebhookDelivery>)>> {
    ctx.write(async |tx| {
        let Some(webhook) = store::find(tx, only::<Webhook>(id)).await? else { return Ok(None) };
        let circuit = webhook.circuit(ctx.now);
        let only_tests = circuit == CircuitState::Open || !webhook.is_enabled;
        let limit = if circuit == CircuitState::HalfOpen { 1 } else { TOGETHER };
        let (now, lease) = (ctx.now, ctx.now + LEASE);
        let due = deliveries::take(tx, id, only_tests, limit, now, lease).await?;
        Ok((!due.is_empty()).then_some((webhook, due)))
    })
    .await
}

/// Sends one message, and notes how that went.
async fn send(ctx: Ctx, webhook: &Webhook, delivery: WebhookDelivery) -> Result<()> {
    let (at, begun) = (ctx.app.clock.now(), Instant::now());
    let request = request(&ctx, webhook, &delivery, at)?;
    let answer = ctx.app.outbound.send(request, MAX_ANSWER).await;
    let outcome = Outcome::of(answer, at);
    let attempt = WebhookAttempt {
        id: Uuid::now_v7(),
        delivery_id: delivery.id,
        at,
        duration_ms: i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX),
        status_code: outcome.status.map(|status| i32::from(status.as_u16())),
        error: outcome.error.clone(),
        response: outcome.response,
    };
    let lease = delivery.due_at;
    let now = ctx.app.clock.now();
    let is_gone = outcome.status == Some(StatusCode::GONE);
    let failed = outcome.error.is_some();
    let after = delivery.after(outcome.error, outcome.wait, now, rand::random());
    ctx.write(async |tx| {
        deliveries::note(tx, &attempt).await?;
        deliveries::set(tx, &after, lease).await?;
        // Locked, so that of many at once each counts.
        let Some(webhook) = store::lock(tx, only::<Webhook>(webhook.id)).await?.pop() else {
            return Ok(());
        };
        let failures = if failed { webhook.failures.saturating_add(1) } else { 0 };
        let open_until = rest(failures).map(|rest| now + rest);
        if (failures, open_until, is_gone) != (webhook.failures, webhook.open_until, false) {
            store::note(tx, webhook.id, failures, open_until, is_gone).await?;
        }
        Ok(())
    })
    .await
}

fn request(
    ctx: &Ctx,
    webhook: &Webhook,
    delivery: &WebhookDelivery,
    at: DateTime<Utc>,
) -> Result<Request<Vec<u8>>> {
    let id = delivery.id.to_string();
    let keys = secrets::keys(ctx, webhook)?;
    Request::post(&webhook.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-timestamp", at.timestamp())
        .header("webhook-signature", secrets::signatures(&keys, &id, at, &delivery.body))
        .header("webhook-id", id)
        .body(delivery.body.clone().into_bytes())
        .map_err(|e| AppError::Internal(e.into()))
}

/// How an attempt went.
struct Outcome {
    status: Option<StatusCode>,
    error: Option<String>,
    response: Option<String>,
    /// For how long the other end wants to be left alone.
    wait: Option<TimeDelta>,
}

impl Outcome {
    fn of(answer: std::result::Result<Response<Vec<u8>>, Failure>, now: DateTime<Utc>) -> Self {
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                let error = Some(format!("the address {failure}"));
                return Self { status: None, error, response: None, wait: None };
            }
        };
        let status = answer.status();
        let text = String::from_utf8_lossy(answer.body());
        // PostgreSQL keeps no NUL.
        let text = text.chars().filter(|c| *c != '\0').take(KEPT).collect();
        Self {
            status: Some(status),
            error: (!status.is_success()).then(|| format!("the address answered {status}")),
            response: Some(text),
            wait: wait(&answer, now),
        }
    }
}

/// `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date.
fn wait(answer: &Response<Vec<u8>>, now: DateTime<Utc>) -> Option<TimeDelta> {
    let text = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    let wait = match text.parse() {
        Ok(seconds) => TimeDelta::try_seconds(seconds)?,
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc) - now,
    };
    Some(wait.clamp(TimeDelta::zero(), LONGEST_WAIT))
}

/// Throws away what ended longer ago.
pub async fn prune(tx: &TenantTx, before: DateTime<Utc>) -> Result<()> {
    deliveries::prune(tx, before).await?;
    Ok(())
}
