//! Queries on `sessions` and `refresh_tokens`. No rules here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::authz::OperatorId;
use crate::base::ids::UserId;
use crate::db::schema::tenant::{refresh_tokens, sessions};
use crate::db::{TenantConn, TenantTx};
use crate::tenant::identity_providers::IdentityProviderId;

crate::session_store!(Sessions: TenantTx, TenantConn; sessions, refresh_tokens; user_id: UserId);

/// A session that began on the platform.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub struct Entered<'a> {
    pub id: Uuid,
    pub user_id: UserId,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ip: Option<String>,
    pub user_agent: Option<&'a str>,
    pub operator_session_id: Uuid,
    pub impersonator_id: Option<OperatorId>,
}

pub async fn insert_entered(tx: &TenantTx, row: &Entered<'_>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(sessions::table).values(row).execute(&mut conn).await
}

/// The session in which the user last entered from this session on the platform.
pub async fn entered(
    mut conn: &TenantConn,
    user: UserId,
    operator_session: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<Uuid>> {
    sessions::table
        .filter(sessions::operator_session_id.eq(operator_session))
        .filter(sessions::user_id.eq(user).and(sessions::impersonator_id.is_null()))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .select(sessions::id)
        .first(&mut conn)
        .await
        .optional()
}

/// Notes through which provider a session was opened.
pub async fn opened_through(
    tx: &TenantTx,
    session: Uuid,
    provider: IdentityProviderId,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(sessions::table.find(session))
        .set(sessions::identity_provider_id.eq(provider))
        .execute(&mut conn)
        .await
}

/// Ends the sessions that were opened through a provider, of everybody or of one user.
pub async fn end_through(
    tx: &TenantTx,
    provider: IdentityProviderId,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let mut theirs = diesel::update(sessions::table)
        .filter(sessions::identity_provider_id.eq(provider))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .set(sessions::revoked_at.eq(now))
        .into_boxed();
    if let Some(user) = user {
        theirs = theirs.filter(sessions::user_id.eq(user));
    }
    theirs.execute(&mut conn).await
}
