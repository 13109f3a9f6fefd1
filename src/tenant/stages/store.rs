//! Queries on `stages`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::{self, Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::columns::ROWS;
use super::model::{NewStage, Stage, StageId, StageKind, StagePatch};
use crate::base::ids::UserId;
use crate::db::schema::tenant::stages;
use crate::db::{Predicate, TenantConn, TenantTx};

#[diesel::declare_sql_function]
extern "SQL" {
    fn array_position(ids: Array<SqlUuid>, id: SqlUuid) -> sql_types::Nullable<sql_types::Integer>;
}

crate::stored! { stages: Stage, StageId, ROWS, live: Predicate::True }
crate::updated! { stages: Stage, StagePatch, live: Predicate::True }
crate::listed_alone! { stages: Stage, live: Predicate::True }

/// The stage where new ones of this kind begin.
pub async fn default_of(mut conn: &TenantConn, kind: StageKind) -> QueryResult<Option<Stage>> {
    stages::table
        .filter(stages::kind.eq(kind).and(stages::is_default))
        .select(Stage::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// The position of the last stage of a kind.
pub async fn last(mut conn: &TenantConn, kind: StageKind) -> QueryResult<Option<i32>> {
    stages::table.filter(stages::kind.eq(kind)).select(max(stages::position)).first(&mut conn).await
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewStage,
    position: i32,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Stage> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(stages::table)
        .values((
            stages::id.eq(StageId::generate()),
            stages::kind.eq(new.kind),
            stages::name.eq(&new.name),
            stages::position.eq(position),
            stages::colour.eq(&new.colour),
            stages::outcome.eq(new.outcome),
            stages::created_at.eq(now),
            stages::updated_at.eq(now),
            stages::created_by.eq(by),
            stages::updated_by.eq(by),
        ))
        .returning(Stage::as_returning())
        .get_result(&mut conn)
        .await
}

/// Puts stages into the order of the list.
pub async fn reorder(
    tx: &TenantTx,
    ids: &[StageId],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Stage>> {
    let mut conn: &TenantConn = tx;
    diesel::update(stages::table.filter(stages::id.eq_any(ids)))
        .set((
            stages::position.eq(array_position(ids, stages::id).assume_not_null()),
            stages::version.eq(stages::version + 1),
            stages::updated_at.eq(now),
            stages::updated_by.eq(by),
        ))
        .returning(Stage::as_returning())
        .get_results(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: StageId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(stages::table.find(id)).execute(&mut conn).await
}
