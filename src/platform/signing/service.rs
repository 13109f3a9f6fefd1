//! Rotation: a new key is published, begins to sign, and the one before goes on verifying until
//! its last token has ended. All of that are times in the rows, so that every process does the
//! same at the same moment; the bus tells of new rows.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::model::{KeyState, Row, SigningKey};
use super::store;
use crate::auth::keys::{Kept, KeyFacts, KeyRing, generate};
use crate::auth::vault::Vault;
use crate::bus::Wake;
use crate::ctx::{App, Ctx};
use crate::db::{Meter, PlatformTx};
use crate::error::{AppError, Invalid, Problem, Result};

/// How long a key is published before it signs: twice as long as others may keep the list.
const PUBLISHED_AHEAD: i64 = 600;
/// The next try when the keys could not be read.
const PATIENCE: Duration = Duration::from_millis(500);
const SEALED_FOR: &str = "signing keys";

/// When a new key begins to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once those who verify tokens elsewhere have had the time to learn of it.
    Published,
    AtOnce,
}

/// Reads the keys, and again whenever another process tells of new ones, until aborted.
pub async fn keep_current(app: &Arc<App>) -> Result<AbortHandle> {
    let changed = Arc::new(Notify::new());
    let notify = changed.clone();
    app.bus.on_wake(move |wake| {
        if matches!(wake, Wake::SigningKeys | Wake::Everything) {
            notify.notify_one();
        }
    });
    reload(app).await?;
    let app = app.clone();
    let task = tokio::spawn(async move {
        loop {
            changed.notified().await;
            while let Err(e) = reload(&app).await {
                tracing::error!(error = ?e, "the signing keys could not be read");
                tokio::time::sleep(PATIENCE).await;
            }
        }
    });
    Ok(task.abort_handle())
}

async fn reload(app: &App) -> Result<()> {
    let rows = store::all(&app.db.platform(&Meter::default()).await?).await?;
    app.tokens.rotate(kept(&app.vault, rows)?)
}

fn kept(vault: &Vault, rows: Vec<Row>) -> Result<Vec<Kept>> {
    let open = |row: Row| {
        let der = match row.sealed {
            None => None,
            Some(sealed) => {
                let opened = vault.open(SEALED_FOR, row.kid.as_bytes(), &sealed);
                Some(opened.ok_or_else(|| {
                    AppError::internal(format!(
                        "signing key {} was sealed with another SECRET_KEY than this one",
                        row.kid
                    ))
                })?)
            }
        };
        let Row { kid, signs_from, verifies_until, .. } = row;
        Ok(Kept { kid, der, signs_from, verifies_until })
    };
    rows.into_iter().map(open).collect()
}

/// All keys, configured ones first, then the oldest.
pub async fn list(ctx: &Ctx) -> Result<Vec<SigningKey>> {
    crate::platform::require_admin(ctx)?;
    let now = ctx.now.timestamp();
    let rows = store::all(&ctx.platform().await?).await?;
    let ended: Vec<_> = rows.iter().filter(|row| row.sealed.is_none()).cloned().collect();
    let ring = ring(ctx, rows)?;
    let signing = ring.signing_kid(now);
    let mut facts = ring.facts();
    for row in ended {
        // A configured key is in the ring; of others the private part is gone.
        if facts.iter().all(|facts| facts.kid != row.kid) {
            facts.push(KeyFacts {
                kid: row.kid,
                algorithm: "EdDSA",
                is_configured: false,
                signs_from: Some(row.signs_from),
                verifies_until: row.verifies_until,
            });
        }
    }
    Ok(facts.into_iter().map(|facts| SigningKey::new(facts, signing, now)).collect())
}

fn ring(ctx: &Ctx, rows: Vec<Row>) -> Result<KeyRing> {
    ctx.app.tokens.configured().clone().rotated(kept(&ctx.app.vault, rows)?)
}

/// Makes a new key, which begins to sign when it is time. The others go on verifying until the
/// last token they have signed has ended; one that has not begun to sign is dropped.
pub async fn rotate(ctx: &Ctx, when: When) -> Result<SigningKey> {
    crate::platform::require_admin(ctx)?;
    let now = ctx.now.timestamp();
    let signs_from = now + if when == When::AtOnce { 0 } else { PUBLISHED_AHEAD };
    let (kid, der) = generate()?;
    let sealed = ctx.app.vault.seal(SEALED_FOR, kid.as_bytes(), &der)?;
    let row = Row {
        kid: kid.clone(),
        sealed: Some(sealed),
        signs_from,
        verifies_until: None,
        created_at: ctx.now,
    };
    let rotated = ctx
        .write_platform(async |tx| {
            store::one_at_a_time(tx).await?;
            for facts in ring(ctx, store::all(tx).await?)?.facts() {
                let waits = facts.signs_from.is_some_and(|from| from > now);
                let until = if waits { now } else { signs_from + ctx.app.tokens.longest_life() };
                if facts.verifies_until.is_none_or(|end| end > until) {
                    end(tx, facts, until, ctx.now).await?;
                }
            }
            store::insert(tx, &row).await?;
            store::forget_ended(tx, now).await?;
            ctx.wake(Wake::SigningKeys);
            let ring = ring(ctx, store::all(tx).await?)?;
            let facts = ring.facts().into_iter().find(|facts| facts.kid == kid);
            let facts = facts.ok_or_else(|| AppError::internal("the new key is not there"))?;
            Ok(SigningKey::new(facts, ring.signing_kid(now), now))
        })
        .await?;
    reload(&ctx.app).await?;
    tracing::info!(target: "security", kid = rotated.facts.kid, signs_from, "signing key made");
    Ok(rotated)
}

/// Ends a key now: whatever it signed is refused from this moment on, in every process.
pub async fn retire(ctx: &Ctx, kid: &str) -> Result<SigningKey> {
    crate::platform::require_admin(ctx)?;
    let now = ctx.now.timestamp();
    let retired = ctx
        .write_platform(async |tx| {
            store::one_at_a_time(tx).await?;
            let ring = ring(ctx, store::all(tx).await?)?;
            let found = ring.facts().into_iter().find(|facts| facts.kid == kid);
            let facts = found.ok_or(AppError::NotFound("signing key"))?;
            if ring.signing_kid(now) == Some(kid) {
                let why = "this key signs now: rotate first (taruvi keys rotate --now)";
                return Err(Invalid::new(Problem::NotAllowed, "kid", why).into());
            }
            end(tx, facts.clone(), now, ctx.now).await?;
            store::forget_ended(tx, now).await?;
            ctx.wake(Wake::SigningKeys);
            let facts = KeyFacts { verifies_until: Some(now), ..facts };
            Ok(SigningKey { facts, state: KeyState::Retired })
        })
        .await?;
    reload(&ctx.app).await?;
    tracing::warn!(target: "security", kid, "signing key retired");
    Ok(retired)
}

async fn end(tx: &PlatformTx, key: KeyFacts, until: i64, now: DateTime<Utc>) -> Result<()> {
    let row = Row {
        kid: key.kid,
        sealed: None,
        signs_from: key.signs_from.unwrap_or_default(),
        verifies_until: Some(until),
        created_at: now,
    };
    store::end(tx, &row).await?;
    Ok(())
}
