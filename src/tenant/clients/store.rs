//! Queries on `clients` and their tags. No rules and no permissions here. Clients in the trash are
//! not seen.

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::columns::ROWS;
use super::model::{Client, ClientId, ClientPatch, ClientRow, NewClient, Relations, With};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{branches, client_tags, clients, stages, tags, users};
use crate::db::{Listing, Ordering, Predicate, TenantConn, TenantTx, per_parent};
use crate::tenant::branches::Branch;
use crate::tenant::stages::{Stage, StageId, StageKind};
use crate::tenant::tags::{Tag, TagId};
use crate::tenant::users::User;

crate::stored! { clients: Client, ClientId, ROWS, live: clients::deleted_at.is_null() }
crate::counted! { clients, live: clients::deleted_at.is_null() }
crate::updated! { clients: Client, ClientPatch, live: clients::deleted_at.is_null() }
crate::trashed! { clients: Client, trashed_at }

type Joined = (Client, Option<Stage>, Option<Branch>, Option<User>);

impl From<Client> for ClientRow {
    fn from(client: Client) -> Self {
        Self { client, relations: None }
    }
}

impl From<Joined> for ClientRow {
    fn from((client, stage, branch, user): Joined) -> Self {
        let relations: Relations = (stage, branch, user);
        Self { client, relations: Some(relations) }
    }
}

/// The listed part of the clients, joined to stage, branch and assignee. PostgreSQL drops joins
/// that no selected column needs.
#[auto_type(no_type_alias)]
fn listed(listing: &Listing) -> _ {
    let filter: Predicate = listing.filter();
    let order: Ordering = listing.order();
    let (limit, offset): (i64, i64) = (listing.limit(), listing.offset());
    clients::table
        .left_join(stages::table)
        .left_join(branches::table)
        .left_join(users::table.on(clients::assigned_to.eq(users::id.nullable())))
        .filter(clients::deleted_at.is_null())
        .filter(filter)
        .order(order)
        .limit(limit)
        .offset(offset)
}

fn joined() -> (
    diesel::dsl::AsSelect<Client, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<Stage>, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<Branch>, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<User>, diesel::pg::Pg>,
) {
    (
        Client::as_select(),
        Option::<Stage>::as_select(),
        Option::<Branch>::as_select(),
        Option::<User>::as_select(),
    )
}

fn rows<T: Into<ClientRow>>(rows: Vec<T>) -> Vec<ClientRow> {
    rows.into_iter().map(Into::into).collect()
}

pub async fn find_joined(
    mut conn: &TenantConn,
    which: Predicate,
) -> QueryResult<Option<ClientRow>> {
    let row: Option<Joined> = clients::table
        .left_join(stages::table)
        .left_join(branches::table)
        .left_join(users::table.on(clients::assigned_to.eq(users::id.nullable())))
        .filter(clients::deleted_at.is_null())
        .filter(which)
        .select(joined())
        .first(&mut conn)
        .await
        .optional()?;
    Ok(row.map(Into::into))
}

pub async fn page(
    mut conn: &TenantConn,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<ClientRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => query.select(Client::as_select()).load(&mut conn).await.map(rows),
        With::Relations => query.select(joined()).load::<Joined>(&mut conn).await.map(rows),
    }
}

/// The first clients of each parent; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<ClientRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => {
            let query = per_parent(parents, query.select(Client::as_select()));
            RunQueryDsl::load::<Client>(query, &mut conn).await.map(rows)
        }
        With::Relations => {
            let query = per_parent(parents, query.select(joined()));
            RunQueryDsl::load::<Joined>(query, &mut conn).await.map(rows)
        }
    }
}

/// All stages of clients in their order, each with how many of these clients are in it.
pub async fn count_by_stage(
    mut conn: &TenantConn,
    which: Predicate,
) -> QueryResult<Vec<(Stage, i64)>> {
    let there = clients::stage_id.eq(stages::id).and(clients::deleted_at.is_null());
    stages::table
        .left_join(clients::table.on(there.and(which)))
        .filter(stages::kind.eq(StageKind::Client))
        .group_by(stages::id)
        .order((stages::position, stages::id))
        .select((Stage::as_select(), diesel::dsl::count(clients::id.nullable())))
        .load(&mut conn)
        .await
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewClient,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Client> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(ClientId::generate()),
            new,
            clients::created_at.eq(now),
            clients::updated_at.eq(now),
            clients::created_by.eq(by),
            clients::updated_by.eq(by),
        ))
        .returning(Client::as_returning())
        .get_result(&mut conn)
        .await
}

/// Whether a client is in the stage, in the trash or not.
pub async fn is_in_stage(mut conn: &TenantConn, stage: StageId) -> QueryResult<bool> {
    let there = clients::table.filter(clients::stage_id.eq(stage));
    diesel::select(exists(there)).get_result(&mut conn).await
}

/// Moves the clients in the trash from one stage to another.
pub async fn move_trashed(tx: &TenantTx, from: StageId, to: StageId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(clients::table)
        .filter(clients::stage_id.eq(from).and(clients::deleted_at.is_not_null()))
        .set(clients::stage_id.eq(to))
        .execute(&mut conn)
        .await
}

/// The branches of these clients.
pub async fn branches_of(
    mut conn: &TenantConn,
    ids: &[Uuid],
) -> QueryResult<Vec<(Uuid, Option<Uuid>)>> {
    clients::table
        .filter(clients::id.eq_any(ids))
        .select((clients::id, clients::branch_id))
        .load(&mut conn)
        .await
}

/// The tags of these clients, by name.
pub async fn tags_of(mut conn: &TenantConn, ids: &[ClientId]) -> QueryResult<Vec<(ClientId, Tag)>> {
    client_tags::table
        .inner_join(tags::table)
        .filter(client_tags::client_id.eq_any(ids))
        .order((tags::name, tags::id))
        .select((client_tags::client_id, Tag::as_select()))
        .load(&mut conn)
        .await
}

/// Marks all of the clients with all of the tags.
pub async fn add_tags(tx: &TenantTx, ids: &[ClientId], add: &[TagId]) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let pairs = clients::table
        .inner_join(tags::table.on(tags::id.eq_any(add)))
        .filter(clients::id.eq_any(ids))
        .select((clients::id, tags::id));
    diesel::insert_into(client_tags::table)
        .values(pairs)
        .into_columns((client_tags::client_id, client_tags::tag_id))
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await
}

/// Takes these tags from the clients.
pub async fn remove_tags(tx: &TenantTx, ids: &[ClientId], gone: &[TagId]) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let of = client_tags::client_id.eq_any(ids).and(client_tags::tag_id.eq_any(gone));
    diesel::delete(client_tags::table.filter(of)).execute(&mut conn).await
}

/// Takes all tags but these from the clients.
pub async fn keep_tags(tx: &TenantTx, ids: &[ClientId], kept: &[TagId]) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let of = client_tags::client_id.eq_any(ids).and(client_tags::tag_id.ne_all(kept));
    diesel::delete(client_tags::table.filter(of)).execute(&mut conn).await
}

/// The most tags that one of the clients has.
pub async fn most_tags(mut conn: &TenantConn, ids: &[ClientId]) -> QueryResult<i64> {
    let counted: Option<i64> = client_tags::table
        .filter(client_tags::client_id.eq_any(ids))
        .group_by(client_tags::client_id)
        .select(diesel::dsl::count_star())
        .order(diesel::dsl::count_star().desc())
        .first(&mut conn)
        .await
        .optional()?;
    Ok(counted.unwrap_or_default())
}
