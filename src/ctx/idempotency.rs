//! Requests that carry an `Idempotency-Key`: the answer is kept with the change, in one
//! transaction, and given again to a repetition.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::auth::vault::Vault;
use crate::base::ids::UserId;
use crate::db::schema::tenant::idempotency_keys as keys;
use crate::db::{TenantConn, TenantTx};
use crate::error::{AppError, Result};

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// One request's key.
#[derive(Debug, Clone)]
pub struct Idempotency {
    key: String,
    fingerprint: Vec<u8>,
}

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Stored {
    /// Not used in the last 24 hours.
    Unused,
    /// The answer given then, as JSON text.
    Answer(String),
}

impl Idempotency {
    /// `request`: the parts that make it the same request, in a fixed order. Its variables may
    /// hold what must not be guessed from the database, hence the server's secret.
    pub fn new(key: String, request: &[&str], vault: &Vault) -> Result<Self> {
        let parts: Vec<_> = request.iter().map(|part| part.as_bytes()).collect();
        let fingerprint = vault.fingerprint("idempotency", &parts)?.to_vec();
        Ok(Self { key, fingerprint })
    }

    /// Looks the key up; `IdempotencyKeyReused` when it belongs to another request.
    pub async fn find(
        &self,
        mut conn: &TenantConn,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Stored> {
        let row: Option<(Vec<u8>, String)> = keys::table
            .find((user, &self.key))
            .filter(keys::created_at.gt(now - KEPT))
            .select((keys::fingerprint, keys::response))
            .first(&mut conn)
            .await
            .optional()?;
        match row {
            None => Ok(Stored::Unused),
            Some((fingerprint, _)) if fingerprint != self.fingerprint => {
                Err(AppError::IdempotencyKeyReused)
            }
            Some((_, response)) => Ok(Stored::Answer(response)),
        }
    }

    /// Takes the key in the transaction of the change. A second request waits here for the first
    /// one's end, and then has to look for its answer.
    pub(super) async fn claim(
        &self,
        tx: &TenantTx,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut conn: &TenantConn = tx;
        let old = keys::user_id.eq(user).and(keys::created_at.le(now - KEPT));
        diesel::delete(keys::table.filter(old)).execute(&mut conn).await?;
        let claimed = diesel::insert_into(keys::table)
            .values((
                keys::user_id.eq(user),
                keys::key.eq(&self.key),
                keys::fingerprint.eq(&self.fingerprint),
                keys::response.eq(""),
                keys::created_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(&mut conn)
            .await;
        match claimed.map_err(AppError::from) {
            Ok(1) => Ok(()),
            Ok(_) => Err(AppError::IdempotencyInProgress),
            Err(e) if crate::db::errors::is_lock_timeout(&e) => {
                Err(AppError::IdempotencyInProgress)
            }
            Err(e) => Err(e),
        }
    }

    /// Keeps the answer, in the same transaction.
    pub(super) async fn store(&self, tx: &TenantTx, user: UserId, response: &str) -> Result<()> {
        let mut conn: &TenantConn = tx;
        diesel::update(keys::table.find((user, &self.key)))
            .set(keys::response.eq(response))
            .execute(&mut conn)
            .await?;
        Ok(())
    }
}
