//! Queries on `regions`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::columns::ROWS;
use super::model::{NewRegion, Region, RegionId, RegionPatch};
use crate::base::ids::UserId;
use crate::db::schema::tenant::regions;
use crate::db::{Predicate, TenantConn, TenantTx};

crate::stored! { regions: Region, RegionId, ROWS, live: Predicate::True }
crate::updated! { regions: Region, RegionPatch, live: Predicate::True }
crate::listed_alone! { regions: Region, live: Predicate::True }

pub async fn insert(
    tx: &TenantTx,
    new: &NewRegion,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Region> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(regions::table)
        .values((
            regions::id.eq(RegionId::generate()),
            regions::name.eq(&new.name),
            regions::code.eq(&new.code),
            regions::created_at.eq(now),
            regions::updated_at.eq(now),
            regions::created_by.eq(by),
            regions::updated_by.eq(by),
        ))
        .returning(Region::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: RegionId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(regions::table.find(id)).execute(&mut conn).await
}
