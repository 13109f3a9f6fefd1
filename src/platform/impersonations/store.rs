//! Queries on `impersonations`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{Impersonation, ImpersonationId, Named};
use crate::db::schema::platform::{impersonations, operators, tenants};
use crate::db::{Listing, PlatformConn, PlatformTx};

#[auto_type(no_type_alias)]
fn named() -> _ {
    impersonations::table.inner_join(operators::table).left_join(tenants::table)
}

type Columns = (
    diesel::dsl::AsSelect<Impersonation, diesel::pg::Pg>,
    operators::email,
    diesel::dsl::Nullable<tenants::name>,
);

fn columns() -> Columns {
    (Impersonation::as_select(), operators::email, tenants::name.nullable())
}

pub async fn find(mut conn: &PlatformConn, id: ImpersonationId) -> QueryResult<Option<Named>> {
    named().filter(impersonations::id.eq(id)).select(columns()).first(&mut conn).await.optional()
}

pub async fn page(mut conn: &PlatformConn, listing: &Listing) -> QueryResult<Vec<Named>> {
    named()
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(columns())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &PlatformConn, listing: &Listing) -> QueryResult<i64> {
    named().filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
}

pub async fn insert(tx: &PlatformTx, row: &Impersonation) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(impersonations::table).values(row).execute(&mut conn).await
}

/// Ends it, unless it has ended or is over.
pub async fn end(tx: &PlatformTx, id: ImpersonationId, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(impersonations::table.find(id))
        .filter(impersonations::ended_at.is_null().and(impersonations::ends_at.gt(now)))
        .set(impersonations::ended_at.eq(now))
        .execute(&mut conn)
        .await
}
