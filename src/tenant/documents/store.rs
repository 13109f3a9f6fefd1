//! Queries on `documents`. No rules and no permissions here. Documents in the trash are not seen.

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Numeric};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::columns::ROWS;
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

crate::stored! { documents: Document, DocumentId, ROWS, live: documents::deleted_at.is_null() }
crate::counted! { documents, live: documents::deleted_at.is_null() }
crate::updated! { documents: Document, DocumentPatch, live: documents::deleted_at.is_null() }
crate::trashed! { documents: Document, bring_back }

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
                documents::client_id.eq(new.client_id),
                documents::case_id.eq(new.case_id),
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
