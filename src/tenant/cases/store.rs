//! Queries on `cases`. No rules and no permissions here. Cases in the trash are not seen.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::columns::ROWS;
use super::model::{Case, CaseId, CasePatch, NewCase};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{cases, stages};
use crate::db::{Listing, Predicate, TenantConn, TenantTx, per_parent};
use crate::tenant::stages::{Stage, StageId, StageKind};

crate::stored! { cases: Case, CaseId, ROWS, live: cases::deleted_at.is_null() }
crate::counted! { cases, live: cases::deleted_at.is_null() }
crate::listed_alone! { cases: Case, live: cases::deleted_at.is_null() }
crate::updated! { cases: Case, CasePatch, live: cases::deleted_at.is_null() }
crate::trashed! { cases: Case, trashed_at, bring_back }

/// The first cases of each parent; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
) -> QueryResult<Vec<Case>> {
    let query = cases::table
        .filter(cases::deleted_at.is_null())
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Case::as_select());
    RunQueryDsl::load(per_parent(parents, query), &mut conn).await
}

/// All stages of cases in their order, each with how many of these cases are in it.
pub async fn count_by_stage(
    mut conn: &TenantConn,
    which: Predicate,
) -> QueryResult<Vec<(Stage, i64)>> {
    let there = cases::stage_id.eq(stages::id).and(cases::deleted_at.is_null());
    stages::table
        .left_join(cases::table.on(there.and(which)))
        .filter(stages::kind.eq(StageKind::Case))
        .group_by(stages::id)
        .order((stages::position, stages::id))
        .select((Stage::as_select(), diesel::dsl::count(cases::id.nullable())))
        .load(&mut conn)
        .await
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewCase,
    stage: StageId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Case> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(cases::table)
        .values((
            (
                cases::id.eq(CaseId::generate()),
                cases::client_id.eq(new.client_id),
                cases::title.eq(&new.title),
                cases::description.eq(&new.description),
                cases::case_type.eq(&new.case_type),
                cases::country.eq(&new.country),
                cases::reference.eq(&new.reference),
                cases::stage_id.eq(stage),
                cases::assigned_to.eq(new.assigned_to),
            ),
            (
                cases::file_by.eq(new.file_by),
                cases::filed_on.eq(new.filed_on),
                cases::respond_by.eq(new.respond_by),
                cases::decided_on.eq(new.decided_on),
                cases::fee_amount.eq(new.fee.as_ref().map(|fee| &fee.amount)),
                cases::fee_currency.eq(new.fee.as_ref().map(|fee| &fee.currency)),
            ),
            (
                cases::created_at.eq(now),
                cases::updated_at.eq(now),
                cases::created_by.eq(by),
                cases::updated_by.eq(by),
            ),
        ))
        .returning(Case::as_returning())
        .get_result(&mut conn)
        .await
}

/// Whether a case is in the stage, in the trash or not.
pub async fn is_in_stage(mut conn: &TenantConn, stage: StageId) -> QueryResult<bool> {
    let there = cases::table.filter(cases::stage_id.eq(stage));
    diesel::select(exists(there)).get_result(&mut conn).await
}

/// Moves the cases in the trash from one stage to another.
pub async fn move_trashed(tx: &TenantTx, from: StageId, to: StageId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(cases::table)
        .filter(cases::stage_id.eq(from).and(cases::deleted_at.is_not_null()))
        .set(cases::stage_id.eq(to))
        .execute(&mut conn)
        .await
}
