//! The tables of the audit trail: `audit_log`, a chain of rows, and `audit_head`, where it ends.
//! In each tenant's schema, and once in `public`.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::conn::{OfPlatform, OfTenant, Pinned, Tx};
use super::lane::{Lane, NoteBacklog};

/// What may be added to and read, and never changed or taken away, by the application's roles.
pub(super) const APPEND_ONLY: [&str; 1] = ["audit_log"];
/// What has one row for good, which may be changed.
pub(super) const SINGLE_ROW: [&str; 1] = ["audit_head"];

/// Takes back what "on all tables" has granted too much.
pub(super) fn revokes(schema: &str, role: &str) -> String {
    let of = |rights: &str, table: &str| {
        format!("REVOKE {rights} ON \"{schema}\".{table} FROM \"{role}\";\n")
    };
    let append_only = APPEND_ONLY.iter().map(|table| of("UPDATE, DELETE, TRUNCATE", table));
    let single_row = SINGLE_ROW.iter().map(|table| of("INSERT, DELETE, TRUNCATE", table));
    append_only.chain(single_row).collect()
}

/// Where the tables of a connection's kind are.
pub trait Chained: Send + Sync + 'static {
    const SCHEMA: &'static str;
    /// Whether what is written may be events that somebody handles.
    const HAS_EVENTS: bool;
}

impl Chained for OfTenant {
    /// The pin's path leads to them.
    const SCHEMA: &'static str = "";
    const HAS_EVENTS: bool = true;
}

impl Chained for OfPlatform {
    const SCHEMA: &'static str = "public.";
    const HAS_EVENTS: bool = false;
}

/// The end of a chain: the number and the hash of its last row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

/// Where and by whom, the same for all rows that are written together.
#[derive(Debug, Clone, Default)]
pub struct ChainFacts<'a> {
    pub at: DateTime<Utc>,
    pub actor_kind: &'static str,
    pub actor_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub impersonator_id: Option<Uuid>,
    pub ip: Option<String>,
    pub user_agent: Option<Cow<'a, str>>,
    pub correlation_id: Cow<'a, str>,
}

/// What differs from row to row: a list for each column.
#[derive(Debug, Default)]
pub struct ChainRows {
    pub ids: Vec<Uuid>,
    pub seqs: Vec<i64>,
    pub actions: Vec<String>,
    pub object_kinds: Vec<String>,
    pub object_ids: Vec<Uuid>,
    pub befores: Vec<Option<String>>,
    pub afters: Vec<Option<String>>,
    pub prev_hashes: Vec<Vec<u8>>,
    pub hashes: Vec<Vec<u8>>,
}

/// The end of the chain. Nobody else can add to it before this transaction ends.
pub async fn lock_head<Kind: Chained>(tx: &Tx<Kind>) -> QueryResult<Head> {
    let mut conn: &Pinned<Kind> = tx;
    let head = LockHead { schema: Kind::SCHEMA };
    let (seq, hash) = RunQueryDsl::get_result(head, &mut conn).await?;
    Ok(Head { seq, hash })
}

/// Adds rows, however many, moves the end of the chain, and tells the workers of a tenant's: three
/// statements in one round trip.
pub async fn append<Kind: Chained>(
    tx: &Tx<Kind>,
    facts: &ChainFacts<'_>,
    rows: &ChainRows,
    head: &Head,
) -> QueryResult<()> {
    let (mut one, mut two, mut three): (&Pinned<Kind>, &Pinned<Kind>, &Pinned<Kind>) = (tx, tx, tx);
    let add = RunQueryDsl::execute(Append { schema: Kind::SCHEMA, facts, rows }, &mut one);
    let moved = RunQueryDsl::execute(MoveHead { schema: Kind::SCHEMA, head }, &mut two);
    if Kind::HAS_EVENTS {
        let told = RunQueryDsl::execute(NoteBacklog(Lane::Events), &mut three);
        futures_util::future::try_join3(add, moved, told).await.map(|_| ())
    } else {
        futures_util::future::try_join(add, moved).await.map(|_| ())
    }
}

struct LockHead {
    schema: &'static str,
}

impl QueryFragment<Pg> for LockHead {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT seq, hash FROM ");
        out.push_sql(self.schema);
        out.push_sql("audit_head FOR UPDATE");
        Ok(())
    }
}

impl Query for LockHead {
    type SqlType = (BigInt, Binary);
}

struct MoveHead<'a> {
    schema: &'static str,
    head: &'a Head,
}

impl QueryFragment<Pg> for MoveHead<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_sql(self.schema);
        out.push_sql("audit_head SET seq = ");
        out.push_bind_param::<BigInt, _>(&self.head.seq)?;
        out.push_sql(", hash = ");
        out.push_bind_param::<Binary, _>(&self.head.hash)
    }
}

struct Append<'a> {
    schema: &'static str,
    facts: &'a ChainFacts<'a>,
    rows: &'a ChainRows,
}

impl QueryFragment<Pg> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (facts, rows) = (self.facts, self.rows);
        out.push_sql("INSERT INTO ");
        out.push_sql(self.schema);
        out.push_sql(
            "audit_log (at, actor_kind, actor_id, key_id, impersonator_id, ip, user_agent,
                correlation_id, id, seq, action, object_kind, object_id, before, after, prev_hash,
                hash) SELECT ",
        );
        out.push_bind_param::<Timestamptz, _>(&facts.at)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(facts.actor_kind)?;
        for id in [&facts.actor_id, &facts.key_id, &facts.impersonator_id] {
            out.push_sql(", ");
            out.push_bind_param::<Nullable<SqlUuid>, _>(id)?;
        }
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&facts.ip)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&facts.user_agent)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&facts.correlation_id)?;
        out.push_sql(", row.* FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&rows.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&rows.seqs)?;
        for texts in [&rows.actions, &rows.object_kinds] {
            out.push_sql(", ");
            out.push_bind_param::<Array<Text>, _>(texts)?;
        }
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&rows.object_ids)?;
        for texts in [&rows.befores, &rows.afters] {
            out.push_sql(", ");
            out.push_bind_param::<Array<Nullable<Text>>, _>(texts)?;
        }
        for hashes in [&rows.prev_hashes, &rows.hashes] {
            out.push_sql(", ");
            out.push_bind_param::<Array<Binary>, _>(hashes)?;
        }
        out.push_sql(") AS row");
        Ok(())
    }
}

macro_rules! by_text {
    ($($query:ty),*) => {
        $(impl QueryId for $query {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        })*
    };
}

by_text!(LockHead, MoveHead<'_>, Append<'_>);
