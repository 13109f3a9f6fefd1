//! Queries on `audit_log` and `audit_head`: the same tables in each tenant's schema and in `public`,
//! which the pin of the connection leads to. What adds to them is in `db::chain`.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{ActorKind, Entry};
use crate::db::chain::{Chained, Head};
use crate::db::schema::tenant::{audit_head, audit_log};
use crate::db::{Listing, Pinned, Predicate, per_parent};

crate::id!(/** An entry of the record of changes. */ AuditEntryId, "audit_entry");

/// An entry as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct Recorded {
    pub id: AuditEntryId,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub action: String,
    pub object_kind: String,
    pub object_id: Uuid,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub impersonator_id: Option<Uuid>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub correlation_id: String,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Recorded {
    /// The part that is hashed.
    pub fn entry(&self) -> Entry<'_> {
        Entry {
            id: self.id.0,
            seq: self.seq,
            at: self.at,
            action: &self.action,
            object_kind: &self.object_kind,
            object_id: self.object_id,
            actor_kind: self.actor_kind.stored(),
            actor_id: self.actor_id,
            key_id: self.key_id,
            impersonator_id: self.impersonator_id,
            before: self.before.as_deref(),
            after: self.after.as_deref(),
            ip: self.ip.as_deref(),
            user_agent: self.user_agent.as_deref(),
            correlation_id: &self.correlation_id,
            prev_hash: &self.prev_hash,
        }
    }
}

pub async fn page<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    listing: &Listing,
) -> QueryResult<Vec<Recorded>> {
    audit_log::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Recorded::as_select())
        .load(&mut conn)
        .await
}

pub async fn count<Kind: Chained>(mut conn: &Pinned<Kind>, listing: &Listing) -> QueryResult<i64> {
    audit_log::table.filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
}

/// The first entries about each object; the listing's predicate ties them to it.
pub async fn pages_of<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    objects: Vec<Uuid>,
    listing: &Listing,
) -> QueryResult<Vec<Recorded>> {
    let query = audit_log::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Recorded::as_select());
    RunQueryDsl::load(per_parent(objects, query), &mut conn).await
}

/// How many entries there are about each object.
pub async fn counts_of<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    objects: Vec<Uuid>,
    predicate: Predicate,
) -> QueryResult<Vec<(Uuid, i64)>> {
    audit_log::table
        .filter(audit_log::object_id.eq_any(objects))
        .filter(predicate)
        .group_by(audit_log::object_id)
        .select((audit_log::object_id, count_star()))
        .load(&mut conn)
        .await
}

/// The next entries behind `seq`.
pub async fn behind<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    seq: i64,
    limit: i64,
) -> QueryResult<Vec<Recorded>> {
    audit_log::table
        .filter(audit_log::seq.gt(seq))
        .order(audit_log::seq)
        .limit(limit)
        .select(Recorded::as_select())
        .load(&mut conn)
        .await
}

/// The entries of this time.
pub async fn between<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> QueryResult<Vec<Recorded>> {
    audit_log::table
        .filter(audit_log::at.ge(from).and(audit_log::at.lt(to)))
        .order(audit_log::seq)
        .select(Recorded::as_select())
        .load(&mut conn)
        .await
}

/// Where the chain ends, if it has an end.
pub async fn head<Kind: Chained>(mut conn: &Pinned<Kind>) -> QueryResult<Option<Head>> {
    let head = audit_head::table.select((audit_head::seq, audit_head::hash));
    let found: Option<(i64, Vec<u8>)> = head.first(&mut conn).await.optional()?;
    Ok(found.map(|(seq, hash)| Head { seq, hash }))
}
