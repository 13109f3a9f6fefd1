//! Queries on `security_events`: the same table in each tenant's schema and in `public`, which the
//! pin of the connection leads to.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::event::SecurityEvent;
use crate::db::chain::Chained;
use crate::db::schema::platform::tenants;
use crate::db::schema::tenant::security_events;
use crate::db::{Listing, Pinned, PlatformConn};

/// Deleted at once: no statement should take long.
const PORTION: i64 = 5_000;

pub async fn page<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    listing: &Listing,
) -> QueryResult<Vec<SecurityEvent>> {
    security_events::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(SecurityEvent::as_select())
        .load(&mut conn)
        .await
}

pub async fn count<Kind: Chained>(mut conn: &Pinned<Kind>, listing: &Listing) -> QueryResult<i64> {
    security_events::table
        .filter(listing.predicate.clone())
        .select(count_star())
        .first(&mut conn)
        .await
}

pub(super) async fn insert<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    rows: &[SecurityEvent],
) -> QueryResult<usize> {
    diesel::insert_into(security_events::table).values(rows).execute(&mut conn).await
}

/// Deletes what is older, some at a time; how many.
pub(super) async fn prune<Kind: Chained>(
    mut conn: &Pinned<Kind>,
    before: DateTime<Utc>,
) -> QueryResult<usize> {
    let old = diesel::alias!(security_events as old);
    let mut gone = 0;
    loop {
        let ids = old
            .filter(old.field(security_events::at).lt(before))
            .limit(PORTION)
            .select(old.field(security_events::id));
        let portion = diesel::delete(security_events::table)
            .filter(security_events::id.eq_any(ids))
            .execute(&mut conn)
            .await?;
        gone += portion;
        if portion < usize::try_from(PORTION).unwrap_or(usize::MAX) {
            return Ok(gone);
        }
    }
}

/// Every tenant and its schema.
pub(super) async fn tenants(mut conn: &PlatformConn) -> QueryResult<Vec<(uuid::Uuid, String)>> {
    tenants::table.select((tenants::id, tenants::schema_name)).load(&mut conn).await
}
