//! The access of API keys: what their account may do, as far as their scopes go.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::{Access, Through};
use super::load::held_by;
use super::permission::Role;
use super::scopes::Scopes;
use crate::auth::api_key::ApiKeySecret;
use crate::base::ids::UserId;
use crate::db::TenantConn;
use crate::db::schema::tenant::{api_key_secrets, api_keys, users};

/// A key that holds, and whose it is.
type Found = (Uuid, UserId, Role, String, Option<DateTime<Utc>>);

/// The access of whoever shows this secret; `None` unless it is that of a key which holds now.
pub async fn of_secret(
    mut conn: &TenantConn,
    secret: &ApiKeySecret,
    now: DateTime<Utc>,
) -> QueryResult<Option<Access>> {
    type Stored = (Vec<u8>, Option<DateTime<Utc>>);
    let found: Option<(Found, Stored)> = api_key_secrets::table
        .inner_join(api_keys::table.inner_join(users::table.on(users::id.eq(api_keys::user_id))))
        .filter(api_key_secrets::prefix.eq(secret.prefix()))
        .filter(api_keys::revoked_at.is_null().and(users::is_active))
        .select((columns(), (api_key_secrets::hash, api_key_secrets::expires_at)))
        .first(&mut conn)
        .await
        .optional()?;
    let Some((found, (hash, secret_until))) = found else { return Ok(None) };
    if !secret.is(&hash) {
        return Ok(None);
    }
    access(conn, found, None, secret_until, now).await
}

/// The access of a token that a key was exchanged for, within the scopes it was asked for.
pub async fn of_client(
    mut conn: &TenantConn,
    user: UserId,
    key: Uuid,
    asked: &str,
    now: DateTime<Utc>,
) -> QueryResult<Option<Access>> {
    let found: Option<Found> = api_keys::table
        .inner_join(users::table.on(users::id.eq(api_keys::user_id)))
        .filter(api_keys::id.eq(key).and(users::id.eq(user)))
        .filter(api_keys::revoked_at.is_null().and(users::is_active))
        .select(columns())
        .first(&mut conn)
        .await
        .optional()?;
    let Some(found) = found else { return Ok(None) };
    access(conn, found, Some(asked), None, now).await
}

/// Notes that a key is in use, unless that was done within the last minute.
pub async fn note_use(
    mut conn: &TenantConn,
    key: Uuid,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::update(api_keys::table.find(key))
        .filter(api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(before)))
        .set(api_keys::last_used_at.eq(now))
        .execute(&mut conn)
        .await
}

async fn access(
    conn: &TenantConn,
    (key, user, role, scopes, key_until): Found,
    asked: Option<&str>,
    secret_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> QueryResult<Option<Access>> {
    let until = [key_until, secret_until].into_iter().flatten().min();
    if until.is_some_and(|until| until <= now) {
        return Ok(None);
    }
    let mut held = held_by(conn, user).await?;
    let scopes = Scopes::parse(&scopes);
    let scopes = asked.map_or(scopes.clone(), |asked| scopes.within(&Scopes::parse(asked)));
    held.limited_to = scopes.into_names();
    Ok(Some(Access::user(user, role, Through::Key(key), held).until(until)))
}

type Columns =
    (api_keys::id, api_keys::user_id, users::role, api_keys::scopes, api_keys::expires_at);

const fn columns() -> Columns {
    (api_keys::id, api_keys::user_id, users::role, api_keys::scopes, api_keys::expires_at)
}
