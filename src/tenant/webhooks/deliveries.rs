//! Queries on `webhook_deliveries` and `webhook_attempts`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::columns::ATTEMPT_DELIVERY;
use super::model::{WebhookAttempt, WebhookDelivery, WebhookDeliveryId, WebhookId};
use crate::db::schema::tenant::webhooks;
use crate::db::schema::tenant::{webhook_attempts as attempts, webhook_deliveries as deliveries};
use crate::db::{Listing, Predicate, TenantConn, TenantTx, per_parent};
use crate::tenant::events::DeliveryStatus;

const UNFINISHED: [DeliveryStatus; 2] = [DeliveryStatus::Pending, DeliveryStatus::Processing];
const FINISHED: [DeliveryStatus; 2] = [DeliveryStatus::Completed, DeliveryStatus::Failed];
/// Attempts that are shown of one message.
const SHOWN: i64 = 50;

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<WebhookDelivery>> {
    deliveries::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(WebhookDelivery::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    let query = deliveries::table.filter(listing.predicate.clone());
    query.select(count_star()).first(&mut conn).await
}

pub async fn find(
    mut conn: &TenantConn,
    id: WebhookDeliveryId,
) -> QueryResult<Option<WebhookDelivery>> {
    let query = deliveries::table.find(id).select(WebhookDelivery::as_select());
    query.first(&mut conn).await.optional()
}

/// Adds messages; what is there already begins anew.
pub async fn begin(tx: &TenantTx, new: &[WebhookDelivery]) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(deliveries::table)
        .values(new)
        .on_conflict((deliveries::webhook_id, deliveries::seq))
        .do_update()
        .set((
            deliveries::status.eq(excluded(deliveries::status)),
            deliveries::attempts.eq(excluded(deliveries::attempts)),
            deliveries::due_at.eq(excluded(deliveries::due_at)),
            deliveries::updated_at.eq(excluded(deliveries::updated_at)),
        ))
        .execute(&mut conn)
        .await
}

/// Lets a message begin anew.
pub async fn again(
    tx: &TenantTx,
    id: WebhookDeliveryId,
    now: DateTime<Utc>,
) -> QueryResult<Option<WebhookDelivery>> {
    let mut conn: &TenantConn = tx;
    diesel::update(deliveries::table.find(id))
        .set((
            deliveries::status.eq(DeliveryStatus::Pending),
            deliveries::attempts.eq(0),
            deliveries::due_at.eq(now),
            deliveries::updated_at.eq(now),
        ))
        .returning(WebhookDelivery::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

/// For which addresses there is something to send by now.
pub async fn waited_for(mut conn: &TenantConn, now: DateTime<Utc>) -> QueryResult<Vec<WebhookId>> {
    deliveries::table
        .filter(deliveries::status.eq_any(UNFINISHED).and(deliveries::due_at.le(now)))
        .select(deliveries::webhook_id)
        .distinct()
        .load(&mut conn)
        .await
}

/// Takes what is to be sent to this address, until `lease`. Of what concerns one object, one message
/// goes out after the other; tests wait for nothing, and are all that is sent when `only_tests`.
pub async fn take(
    tx: &TenantTx,
    webhook: WebhookId,
    only_tests: bool,
    limit: i64,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
) -> QueryResult<Vec<WebhookDelivery>> {
    let mut conn: &TenantConn = tx;
    let earlier = diesel::alias!(deliveries as earlier);
    let before = earlier
        .filter(earlier.field(deliveries::webhook_id).eq(deliveries::webhook_id))
        .filter(earlier.field(deliveries::object_id).eq(deliveries::object_id))
        .filter(earlier.field(deliveries::seq).lt(deliveries::seq))
        .filter(earlier.field(deliveries::status).eq_any(UNFINISHED));
    let messages = (!only_tests).into_sql::<Bool>();
    let due: Vec<WebhookDeliveryId> = deliveries::table
        .filter(deliveries::webhook_id.eq(webhook))
        .filter(deliveries::status.eq_any(UNFINISHED).and(deliveries::due_at.le(now)))
        .filter(deliveries::seq.is_null().or(not(exists(before)).and(messages)))
        .order(deliveries::id)
        .limit(limit)
        .select(deliveries::id)
        .for_update()
        .skip_locked()
        .load(&mut conn)
        .await?;
    if due.is_empty() {
        return Ok(vec![]);
    }
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(due)))
        .set((
            deliveries::status.eq(DeliveryStatus::Processing),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::due_at.eq(lease),
            deliveries::updated_at.eq(now),
        ))
        .returning(WebhookDelivery::as_returning())
        .get_results(&mut conn)
        .await
}

/// Says how an attempt ended, unless there was another one since.
pub async fn set(tx: &TenantTx, to: &WebhookDelivery, lease: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(deliveries::table.find(to.id))
        .filter(deliveries::attempts.eq(to.attempts).and(deliveries::due_at.eq(lease)))
        .set((
            deliveries::status.eq(to.status),
            deliveries::due_at.eq(to.due_at),
            deliveries::last_error.eq(&to.last_error),
            deliveries::updated_at.eq(to.updated_at),
        ))
        .execute(&mut conn)
        .await
}

pub async fn note(tx: &TenantTx, attempt: &WebhookAttempt) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(attempts::table).values(attempt).execute(&mut conn).await
}

/// When there is something to send after this time.
pub async fn next_due(
    mut conn: &TenantConn,
    after: DateTime<Utc>,
) -> QueryResult<Option<DateTime<Utc>>> {
    let open = deliveries::table
        .inner_join(webhooks::table)
        .filter(deliveries::status.eq_any(UNFINISHED).and(webhooks::is_enabled))
        .filter(webhooks::open_until.gt(after))
        .order(webhooks::open_until)
        .select(webhooks::open_until.assume_not_null())
        .first::<DateTime<Utc>>(&mut conn);
    let open = open.await.optional()?;
    let due = deliveries::table
        .inner_join(webhooks::table)
        .filter(deliveries::status.eq_any(UNFINISHED).and(deliveries::due_at.gt(after)))
        .filter(webhooks::is_enabled.or(deliveries::seq.is_null()))
        .order(deliveries::due_at)
        .select(deliveries::due_at)
        .first(&mut conn);
    let due = due.await.optional()?;
    Ok(open.into_iter().chain(due).min())
}

/// The last attempts of each of these messages, the newest first.
pub async fn attempts_of(
    mut conn: &TenantConn,
    ids: &[WebhookDeliveryId],
) -> QueryResult<Vec<WebhookAttempt>> {
    let query = attempts::table
        .filter(Predicate::OfParent(ATTEMPT_DELIVERY))
        .order((attempts::at.desc(), attempts::id.desc()))
        .limit(SHOWN)
        .select(WebhookAttempt::as_select());
    let parents = ids.iter().map(|id| id.0).collect();
    RunQueryDsl::load(per_parent(parents, query), &mut conn).await
}

/// Throws away what ended longer ago.
pub async fn prune(tx: &TenantTx, before: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let old = deliveries::table
        .filter(deliveries::status.eq_any(FINISHED).and(deliveries::updated_at.lt(before)));
    diesel::delete(old).execute(&mut conn).await
}
