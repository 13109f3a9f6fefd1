//! Queries on `webhooks`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::columns::ROWS;
use super::model::{NewWebhook, Webhook, WebhookId, WebhookPatch};
use crate::base::ids::UserId;
use crate::db::schema::tenant::webhooks;
use crate::db::{Predicate, TenantConn, TenantTx};

crate::stored! { webhooks: Webhook, WebhookId, ROWS, live: Predicate::True }
crate::updated! { webhooks: Webhook, WebhookPatch, live: Predicate::True }
crate::listed_alone! { webhooks: Webhook, live: Predicate::True }

pub async fn insert(
    tx: &TenantTx,
    id: WebhookId,
    new: &NewWebhook,
    secret: &[u8],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Webhook> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(id),
            webhooks::url.eq(&new.url),
            webhooks::description.eq(&new.description),
            webhooks::event_types.eq(&new.event_types),
            webhooks::is_enabled.eq(new.is_enabled),
            webhooks::secret.eq(secret),
            webhooks::created_at.eq(now),
            webhooks::updated_at.eq(now),
            webhooks::created_by.eq(by),
            webhooks::updated_by.eq(by),
        ))
        .returning(Webhook::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: WebhookId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(webhooks::table.find(id)).execute(&mut conn).await
}

/// Those that messages are written for.
pub async fn enabled(mut conn: &TenantConn) -> QueryResult<Vec<Webhook>> {
    webhooks::table
        .filter(webhooks::is_enabled)
        .order(webhooks::id)
        .select(Webhook::as_select())
        .load(&mut conn)
        .await
}

/// A new secret; the one before signs as well until then.
pub async fn rotate(
    tx: &TenantTx,
    id: WebhookId,
    secret: &[u8],
    until: DateTime<Utc>,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Webhook> {
    let mut conn: &TenantConn = tx;
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::previous_secret.eq(webhooks::secret.nullable()),
            webhooks::previous_secret_until.eq(until),
            webhooks::secret.eq(secret),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(now),
            webhooks::updated_by.eq(by),
        ))
        .returning(Webhook::as_returning())
        .get_result(&mut conn)
        .await
}

/// How the last attempts went. `is_gone`: the other end wants no more.
pub async fn note(
    tx: &TenantTx,
    id: WebhookId,
    failures: i32,
    open_until: Option<DateTime<Utc>>,
    is_gone: bool,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::failures.eq(failures),
            webhooks::open_until.eq(open_until),
            is_gone.then_some(webhooks::is_enabled.eq(false)),
        ))
        .execute(&mut conn)
        .await
}
