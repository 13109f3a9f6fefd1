//! Queries on `branches`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::columns::ROWS;
use super::model::{Branch, BranchId, BranchPatch, NewBranch};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{branches, clients, users};
use crate::db::{Predicate, TenantConn, TenantTx};

crate::stored! { branches: Branch, BranchId, ROWS, live: Predicate::True }
crate::updated! { branches: Branch, BranchPatch, live: Predicate::True }
crate::listed_alone! { branches: Branch, live: Predicate::True }

pub async fn insert(
    tx: &TenantTx,
    new: &NewBranch,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Branch> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(branches::table)
        .values((
            (
                branches::id.eq(BranchId::generate()),
                branches::region_id.eq(new.region_id),
                branches::name.eq(&new.name),
                branches::code.eq(&new.code),
                branches::address.eq(&new.address),
                branches::phone.eq(&new.phone),
                branches::email.eq(&new.email),
                branches::time_zone.eq(&new.time_zone),
            ),
            (
                branches::created_at.eq(now),
                branches::updated_at.eq(now),
                branches::created_by.eq(by),
                branches::updated_by.eq(by),
            ),
        ))
        .returning(Branch::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: BranchId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(branches::table.find(id)).execute(&mut conn).await
}

/// Whether anybody belongs to the branch, clients in the trash among them.
pub async fn is_in_use(mut conn: &TenantConn, id: BranchId) -> QueryResult<bool> {
    let of_users = users::table.filter(users::branch_id.eq(id));
    let of_clients = clients::table.filter(clients::branch_id.eq(id));
    diesel::select(exists(of_users).or(exists(of_clients))).get_result(&mut conn).await
}
