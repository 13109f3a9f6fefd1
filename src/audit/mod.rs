//! The record of changes: who changed what, when, from where, and what it was before. Written in
//! the change's own transaction, as a chain of hashes, so that what is altered or taken away later
//! is found (`taruvi audit verify`).
//!
//! Use cases note each change with `ctx.audit(Change::…)`; `ctx::Core` writes the notes as the last
//! thing before the commit.

mod change;
mod entry;
mod store;
mod verify;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use change::Change;
pub use entry::{Chain, Entry};
pub use store::{AuditEntryId, Recorded, behind, between, count, counts_of, head, page, pages_of};
pub use verify::{Fault, Verdict, verify};

use crate::db::Tx;
use crate::db::chain::{self, ChainFacts, ChainRows, Chained, Head};
use crate::error::{AppError, Result};

/// No program needs a longer name.
const MAX_AGENT: usize = 500;

crate::column_enum! {
    /// What kind of actor did something.
    ActorKind: Text as &'static str {
        /// A user of the tenant, or a service account.
        User = "user",
        /// A platform user.
        Operator = "operator",
        /// The server itself: a job or a command.
        System = "system",
        /// Somebody who was not signed in.
        Anonymous = "anonymous",
    }
}

/// Who makes the changes of one transaction, and from where.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub at: DateTime<Utc>,
    pub actor: ActorKind,
    pub actor_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub impersonator_id: Option<Uuid>,
    pub ip: Option<std::net::IpAddr>,
    pub user_agent: Option<&'a str>,
    pub correlation_id: &'a str,
}

/// Adds changes to a chain, in their order. Three statements in two round trips, however many
/// changes; until the transaction ends nobody else can write to the chain.
pub async fn record<Kind: Chained>(
    tx: &Tx<Kind>,
    of: Chain,
    facts: Facts<'_>,
    changes: Vec<Change>,
) -> Result<()> {
    let facts = ChainFacts {
        at: facts.at,
        actor_kind: facts.actor.stored(),
        actor_id: facts.actor_id,
        key_id: facts.key_id,
        impersonator_id: facts.impersonator_id,
        ip: facts.ip.map(|ip| ip.to_string()),
        user_agent: facts.user_agent.map(|agent| shortened(agent, MAX_AGENT)),
        correlation_id: Cow::Borrowed(facts.correlation_id),
    };
    let mut head = chain::lock_head(tx).await?;
    let mut rows = ChainRows::default();
    for change in changes {
        add(&mut rows, &mut head, of, &facts, change)?;
    }
    Ok(chain::append(tx, &facts, &rows, &head).await?)
}

fn add(
    rows: &mut ChainRows,
    head: &mut Head,
    of: Chain,
    facts: &ChainFacts<'_>,
    change: Change,
) -> Result<()> {
    let Change { action, kind, id, before, after } = change;
    let text = |state: Option<Result<serde_json::Value, serde_json::Error>>| {
        let state = state.transpose().map_err(|e| AppError::Internal(e.into()))?;
        Ok::<_, AppError>(state.map(|state| state.to_string()))
    };
    let (row, before, after) = (Uuid::now_v7(), text(before)?, text(after)?);
    let entry = Entry {
        id: row,
        seq: head.seq + 1,
        at: facts.at,
        action: &action,
        object_kind: kind,
        object_id: id,
        actor_kind: facts.actor_kind,
        actor_id: facts.actor_id,
        key_id: facts.key_id,
        impersonator_id: facts.impersonator_id,
        before: before.as_deref(),
        after: after.as_deref(),
        ip: facts.ip.as_deref(),
        user_agent: facts.user_agent.as_deref(),
        correlation_id: &facts.correlation_id,
        prev_hash: &head.hash,
    };
    let hash = entry.hash(of);
    rows.ids.push(row);
    rows.seqs.push(entry.seq);
    rows.object_kinds.push(kind.to_owned());
    rows.object_ids.push(id);
    rows.actions.push(action.into_owned());
    rows.befores.push(before);
    rows.afters.push(after);
    rows.prev_hashes.push(std::mem::replace(&mut head.hash, hash.clone()));
    rows.hashes.push(hash);
    head.seq += 1;
    Ok(())
}

/// A hash as people read it.
pub fn hex(hash: &[u8]) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The beginning of a text that others chose, without what PostgreSQL does not take.
fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    let text = &text[..end];
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) }
}
