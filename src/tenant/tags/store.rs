//! Queries on `tags`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::columns::ROWS;
use super::model::{NewTag, Tag, TagId, TagPatch};
use crate::base::ids::UserId;
use crate::db::schema::tenant::tags;
use crate::db::{Predicate, TenantConn, TenantTx};

crate::stored! { tags: Tag, TagId, ROWS, live: Predicate::True }
crate::updated! { tags: Tag, TagPatch, live: Predicate::True }
crate::listed_alone! { tags: Tag, live: Predicate::True }

pub async fn insert(
    tx: &TenantTx,
    new: &NewTag,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Tag> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(tags::table)
        .values((
            tags::id.eq(TagId::generate()),
            tags::name.eq(&new.name),
            tags::colour.eq(&new.colour),
            tags::created_at.eq(now),
            tags::updated_at.eq(now),
            tags::created_by.eq(by),
            tags::updated_by.eq(by),
        ))
        .returning(Tag::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: TagId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(tags::table.find(id)).execute(&mut conn).await
}
