//! The queries on a pair of tables, one of sessions and one of refresh tokens.

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use uuid::Uuid;

use crate::ctx::Origin;

/// Where somebody is signed in.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct Session {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// Sessions of one kind of account. [`session_store!`](crate::session_store) implements it.
pub trait Store {
    type Tx: Send + Sync;
    type Conn: Send + Sync;
    type Account: Copy + Send + Sync;

    fn insert(
        tx: &Self::Tx,
        id: Uuid,
        account: Self::Account,
        origin: &Origin,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> impl Future<Output = QueryResult<usize>> + Send;

    fn insert_token(
        tx: &Self::Tx,
        hash: &[u8],
        session: Uuid,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> impl Future<Output = QueryResult<usize>> + Send;

    /// Uses a token up, if it is good: its session. One statement, so that of two uses one wins.
    fn use_token(
        tx: &Self::Tx,
        hash: &[u8],
        now: DateTime<Utc>,
    ) -> impl Future<Output = QueryResult<Option<Uuid>>> + Send;

    /// The session of a token, and whether the token was used before.
    fn of_token(
        tx: &Self::Tx,
        hash: &[u8],
    ) -> impl Future<Output = QueryResult<Option<(Uuid, bool)>>> + Send;

    /// Notes a use of the session: whose it is.
    fn touch(
        tx: &Self::Tx,
        id: Uuid,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> impl Future<Output = QueryResult<Self::Account>> + Send;

    fn revoke(
        tx: &Self::Tx,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> impl Future<Output = QueryResult<usize>> + Send;

    /// The account's sessions that have not ended, the last used first.
    fn live(
        conn: &Self::Conn,
        account: Self::Account,
        now: DateTime<Utc>,
        limit: i64,
    ) -> impl Future<Output = QueryResult<Vec<Session>>> + Send;

    /// Ends one session of the account, if it has not ended.
    fn revoke_one(
        tx: &Self::Tx,
        account: Self::Account,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> impl Future<Output = QueryResult<usize>> + Send;

    /// Ends the account's sessions, but for the one to keep.
    fn revoke_all(
        tx: &Self::Tx,
        account: Self::Account,
        keep: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = QueryResult<usize>> + Send;
}

/// Implements [`Store`] for a pair of tables.
///
/// `session_store!(Sessions: TenantTx, TenantConn; sessions, refresh_tokens; user_id: UserId)` makes
/// the type `Sessions`. The tables have to be in scope; they differ in names and in whose they are.
#[macro_export]
macro_rules! session_store {
    ($name:ident: $tx:ty, $conn:ty; $sessions:ident, $tokens:ident; $owner:ident: $account:ty) => {
        /// The sessions kept in these tables.
        pub struct $name;

        impl $crate::sessions::Store for $name {
            type Tx = $tx;
            type Conn = $conn;
            type Account = $account;

            async fn insert(
                tx: &$tx,
                id: uuid::Uuid,
                account: $account,
                origin: &$crate::ctx::Origin,
                now: chrono::DateTime<chrono::Utc>,
                expires_at: chrono::DateTime<chrono::Utc>,
            ) -> QueryResult<usize> {
                let mut conn: &$conn = tx;
                diesel::insert_into($sessions::table)
                    .values((
                        $sessions::id.eq(id),
                        $sessions::$owner.eq(account),
                        $sessions::created_at.eq(now),
                        $sessions::last_used_at.eq(now),
                        $sessions::expires_at.eq(expires_at),
                        $sessions::ip.eq(origin.ip.map(|ip| ip.to_string())),
                        $sessions::user_agent.eq(&origin.user_agent),
                    ))
                    .execute(&mut conn)
                    .await
            }

            async fn insert_token(
                tx: &$tx,
                hash: &[u8],
                session: uuid::Uuid,
                now: chrono::DateTime<chrono::Utc>,
                expires_at: chrono::DateTime<chrono::Utc>,
            ) -> QueryResult<usize> {
                let mut conn: &$conn = tx;
                diesel::insert_into($tokens::table)
                    .values((
                        $tokens::hash.eq(hash),
                        $tokens::session_id.eq(session),
                        $tokens::created_at.eq(now),
                        $tokens::expires_at.eq(expires_at),
                    ))
                    .execute(&mut conn)
                    .await
            }

            async fn use_token(
                tx: &$tx,
                hash: &[u8],
                now: chrono::DateTime<chrono::Utc>,
            ) -> QueryResult<Option<uuid::Uuid>> {
                let mut conn: &$conn = tx;
                let live =
                    $sessions::table.filter($sessions::revoked_at.is_null()).select($sessions::id);
                diesel::update($tokens::table.find(hash))
                    .filter($tokens::used_at.is_null().and($tokens::expires_at.gt(now)))
                    .filter($tokens::session_id.eq_any(live))
                    .set($tokens::used_at.eq(now))
                    .returning($tokens::session_id)
                    .get_result(&mut conn)
                    .await
                    .optional()
            }

            async fn of_token(tx: &$tx, hash: &[u8]) -> QueryResult<Option<(uuid::Uuid, bool)>> {
                let mut conn: &$conn = tx;
                $tokens::table
                    .find(hash)
                    .select(($tokens::session_id, $tokens::used_at.is_not_null()))
                    .first(&mut conn)
                    .await
                    .optional()
            }

            async fn touch(
                tx: &$tx,
                id: uuid::Uuid,
                now: chrono::DateTime<chrono::Utc>,
                expires_at: chrono::DateTime<chrono::Utc>,
            ) -> QueryResult<$account> {
                let mut conn: &$conn = tx;
                diesel::update($sessions::table.find(id))
                    .set(($sessions::last_used_at.eq(now), $sessions::expires_at.eq(expires_at)))
                    .returning($sessions::$owner)
                    .get_result(&mut conn)
                    .await
            }

            async fn revoke(
                tx: &$tx,
                id: uuid::Uuid,
                now: chrono::DateTime<chrono::Utc>,
            ) -> QueryResult<usize> {
                let mut conn: &$conn = tx;
                diesel::update($sessions::table.find(id))
                    .filter($sessions::revoked_at.is_null())
                    .set($sessions::revoked_at.eq(now))
                    .execute(&mut conn)
                    .await
            }

            async fn live(
                conn: &$conn,
                account: $account,
                now: chrono::DateTime<chrono::Utc>,
                limit: i64,
            ) -> QueryResult<Vec<$crate::sessions::Session>> {
                let mut conn: &$conn = conn;
                $sessions::table
                    .filter($sessions::$owner.eq(account))
                    .filter($sessions::revoked_at.is_null().and($sessions::expires_at.gt(now)))
                    .order(($sessions::last_used_at.desc(), $sessions::id.desc()))
                    .limit(limit)
                    .select((
                        $sessions::id,
                        $sessions::created_at,
                        $sessions::last_used_at,
                        $sessions::expires_at,
                        $sessions::ip,
                        $sessions::user_agent,
                    ))
                    .load(&mut conn)
                    .await
            }

            async fn revoke_one(
                tx: &$tx,
                account: $account,
                id: uuid::Uuid,
                now: chrono::DateTime<chrono::Utc>,
            ) -> QueryResult<usize> {
                let mut conn: &$conn = tx;
                diesel::update($sessions::table.find(id))
                    .filter($sessions::$owner.eq(account))
                    .filter($sessions::revoked_at.is_null().and($sessions::expires_at.gt(now)))
                    .set($sessions::revoked_at.eq(now))
                    .execute(&mut conn)
                    .await
            }

            async fn revoke_all(
                tx: &$tx,
                account: $account,
                keep: Option<uuid::Uuid>,
                now: chrono::DateTime<chrono::Utc>,
            ) -> QueryResult<usize> {
                let mut conn: &$conn = tx;
                diesel::update($sessions::table.filter($sessions::$owner.eq(account)))
                    .filter($sessions::revoked_at.is_null().and($sessions::expires_at.gt(now)))
                    .filter($sessions::id.nullable().is_distinct_from(keep))
                    .set($sessions::revoked_at.eq(now))
                    .execute(&mut conn)
                    .await
            }
        }
    };
}
