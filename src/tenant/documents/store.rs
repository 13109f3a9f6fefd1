//! Queries on `documents`. No rules and no permissions here. Documents in the trash are not seen.

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Numeric};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Document, DocumentId, DocumentPatch, DocumentRow, NewDocument, With};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{documents, projects, users};
use crate::db::{Listing, Ordering, Predicate, TenantConn, TenantTx, per_parent};
use crate::tenant::projects::Project;
use crate::tenant::users::User;

#[diesel::declare_sql_function]
extern "SQL" {
    #[aggregate]
    fn sum(bytes: Nullable<BigInt>) -> Nullable<Numeric>;
    /// Casts; the sum of bigint is numeric.
    fn int8(value: Nullable<Numeric>) -> Nullable<BigInt>;
}

type Joined = (Document, Option<Project>, Option<User>);

impl From<Document> for DocumentRow {
    fn from(document: Document) -> Self {
        Self { document, relations: None }
    }
}

impl From<Joined> for DocumentRow {
    fn from((document, project, user): Joined) -> Self {
        Self { document, relations: Some((project, user)) }
    }
}

/// The listed part of the documents, joined to project and assignee. PostgreSQL drops joins that no
/// selected column needs.
#[auto_type(no_type_alias)]
fn listed(listing: &Listing) -> _ {
    let filter: Predicate = listing.filter();
    let order: Ordering = listing.order();
    let (limit, offset): (i64, i64) = (listing.limit(), listing.offset());
    documents::table
        .left_join(projects::table)
        .left_join(users::table.on(documents::assigned_to.eq(users::id.nullable())))
        .filter(documents::deleted_at.is_null())
        .filter(filter)
        .order(order)
        .limit(limit)
        .offset(offset)
}

fn joined() -> (
    diesel::dsl::AsSelect<Document, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<Project>, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<User>, diesel::pg::Pg>,
) {
    (Document::as_select(), Option::<Project>::as_select(), Option::<User>::as_select())
}

fn rows<T: Into<DocumentRow>>(rows: Vec<T>) -> Vec<DocumentRow> {
    rows.into_iter().map(Into::into).collect()
}

/// The one document that `which` holds for.
pub async fn find(mut conn: &TenantConn, which: Predicate) -> QueryResult<Option<Document>> {
    documents::table
        .filter(documents::deleted_at.is_null())
        .filter(which)
        .select(Document::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn find_joined(
    mut conn: &TenantConn,
    which: Predicate,
) -> QueryResult<Option<DocumentRow>> {
    let row: Option<Joined> = documents::table
        .left_join(projects::table)
        .left_join(users::table.on(documents::assigned_to.eq(users::id.nullable())))
        .filter(documents::deleted_at.is_null())
        .filter(which)
        .select(joined())
        .first(&mut conn)
        .await
        .optional()?;
    Ok(row.map(Into::into))
}

pub async fn by_ids(
    mut conn: &TenantConn,
    ids: &[DocumentId],
    which: Predicate,
) -> QueryResult<Vec<Document>> {
    documents::table
        .filter(documents::id.eq_any(ids).and(documents::deleted_at.is_null()))
        .filter(which)
        .select(Document::as_select())
        .load(&mut conn)
        .await
}

pub async fn page(
    mut conn: &TenantConn,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<DocumentRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => query.select(Document::as_select()).load(&mut conn).await.map(rows),
        With::Relations => query.select(joined()).load::<Joined>(&mut conn).await.map(rows),
    }
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    documents::table
        .filter(documents::deleted_at.is_null())
        .filter(listing.predicate.clone())
        .select(count_star())
        .first(&mut conn)
        .await
}

/// The first documents of each parent; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<DocumentRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => {
            let query = per_parent(parents, query.select(Document::as_select()));
            RunQueryDsl::load::<Document>(query, &mut conn).await.map(rows)
        }
        With::Relations => {
            let query = per_parent(parents, query.select(joined()));
            RunQueryDsl::load::<Joined>(query, &mut conn).await.map(rows)
        }
    }
}

/// Whose documents are counted.
#[derive(Debug, Clone, Copy)]
pub enum Parent {
    Project,
    Assignee,
    Creator,
}

pub async fn counts_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    parent: Parent,
    predicate: Predicate,
) -> QueryResult<Vec<(Uuid, i64)>> {
    macro_rules! grouped {
        ($column:expr) => {
            documents::table
                .filter($column.eq_any(parents))
                .filter(documents::deleted_at.is_null())
                .filter(predicate)
                .group_by($column)
                .select(($column.assume_not_null(), count_star()))
                .load(&mut conn)
                .await
        };
    }
    match parent {
        Parent::Project => grouped!(documents::project_id),
        Parent::Assignee => grouped!(documents::assigned_to),
        Parent::Creator => grouped!(documents::created_by),
    }
}

/// The documents that `which` holds for; nobody else can change them before this transaction ends.
pub async fn lock(tx: &TenantTx, which: Predicate) -> QueryResult<Vec<Document>> {
    let mut conn: &TenantConn = tx;
    documents::table
        .filter(documents::deleted_at.is_null())
        .filter(which)
        .order(documents::id)
        .select(Document::as_select())
        .for_update()
        .load(&mut conn)
        .await
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewDocument,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Document> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(documents::table)
        .values((
            (
                documents::id.eq(DocumentId::generate()),
                documents::project_id.eq(new.project_id),
                documents::name.eq(&new.name),
                documents::description.eq(&new.description),
                documents::content_type.eq(&new.content_type),
                documents::byte_size.eq(new.byte_size),
                documents::checksum.eq(&new.checksum),
                documents::assigned_to.eq(new.assigned_to),
            ),
            (
                documents::version.eq(1),
                documents::created_at.eq(now),
                documents::updated_at.eq(now),
                documents::created_by.eq(by),
                documents::updated_by.eq(by),
            ),
        ))
        .returning(Document::as_returning())
        .get_result(&mut conn)
        .await
}

/// Changes every document that `which` holds for.
pub async fn update(
    tx: &TenantTx,
    which: Predicate,
    patch: &DocumentPatch,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Document>> {
    let mut conn: &TenantConn = tx;
    diesel::update(documents::table)
        .filter(documents::deleted_at.is_null())
        .filter(which)
        .set((
            patch,
            documents::version.eq(documents::version + 1),
            documents::updated_at.eq(now),
            documents::updated_by.eq(by),
        ))
        .returning(Document::as_returning())
        .get_results(&mut conn)
        .await
}

/// Puts every document that `which` holds for into the trash.
pub async fn trash(
    tx: &TenantTx,
    which: Predicate,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(documents::table)
        .filter(documents::deleted_at.is_null())
        .filter(which)
        .set((documents::deleted_at.eq(now), documents::updated_by.eq(by)))
        .execute(&mut conn)
        .await
}

/// Takes the document that `which` holds for out of the trash, if it has none or its project is not in there.
pub async fn restore(
    tx: &TenantTx,
    which: Predicate,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Option<Document>> {
    let mut conn: &TenantConn = tx;
    let live =
        projects::table.filter(projects::deleted_at.is_null()).select(projects::id.nullable());
    diesel::update(documents::table)
        .filter(which)
        .filter(
            documents::deleted_at
                .is_not_null()
                .and(documents::project_id.is_null().or(documents::project_id.eq_any(live))),
        )
        .set((
            documents::deleted_at.eq(None::<DateTime<Utc>>),
            documents::version.eq(documents::version + 1),
            documents::updated_at.eq(now),
            documents::updated_by.eq(by),
        ))
        .returning(Document::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

/// Takes the documents that went into the trash with their project out again.
pub async fn restore_of_project(
    tx: &TenantTx,
    project: Uuid,
    deleted_at: DateTime<Utc>,
) -> QueryResult<Vec<Document>> {
    let mut conn: &TenantConn = tx;
    diesel::update(documents::table)
        .filter(documents::project_id.eq(project).and(documents::deleted_at.eq(deleted_at)))
        .set(documents::deleted_at.eq(None::<DateTime<Utc>>))
        .returning(Document::as_returning())
        .get_results(&mut conn)
        .await
}

/// How many documents there are, and their size together.
pub async fn statistics(
    mut conn: &TenantConn,
    which: Predicate,
) -> QueryResult<(i64, Option<i64>)> {
    documents::table
        .filter(documents::deleted_at.is_null())
        .filter(which)
        .select((count_star(), int8(sum(documents::byte_size))))
        .first(&mut conn)
        .await
}
