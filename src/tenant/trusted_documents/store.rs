//! Queries on `trusted_documents`. No rules and no permissions here.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{TrustedDocument, TrustedDocumentId};
use crate::db::schema::tenant::trusted_documents;
use crate::db::{Listing, TenantConn, TenantTx};

pub async fn find(
    mut conn: &TenantConn,
    id: TrustedDocumentId,
) -> QueryResult<Option<TrustedDocument>> {
    let row = trusted_documents::table.find(id).select(TrustedDocument::as_select());
    row.first(&mut conn).await.optional()
}

/// The text of a document by what clients call it.
pub async fn text(
    mut conn: &TenantConn,
    document_id: &str,
    sha256: &str,
) -> QueryResult<Option<String>> {
    trusted_documents::table
        .filter(
            trusted_documents::document_id.eq(document_id).or(trusted_documents::sha256.eq(sha256)),
        )
        .order(trusted_documents::document_id.ne(document_id))
        .select(trusted_documents::text)
        .first(&mut conn)
        .await
        .optional()
}

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<TrustedDocument>> {
    trusted_documents::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(TrustedDocument::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    trusted_documents::table
        .filter(listing.predicate.clone())
        .select(count_star())
        .first(&mut conn)
        .await
}

/// Adds those that are not there yet.
pub async fn insert(tx: &TenantTx, rows: &[TrustedDocument]) -> QueryResult<Vec<TrustedDocument>> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(trusted_documents::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(TrustedDocument::as_returning())
        .get_results(&mut conn)
        .await
}

pub async fn by_document_ids(
    mut conn: &TenantConn,
    ids: &[&str],
) -> QueryResult<Vec<TrustedDocument>> {
    trusted_documents::table
        .filter(trusted_documents::document_id.eq_any(ids))
        .order(trusted_documents::document_id)
        .select(TrustedDocument::as_select())
        .load(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: TrustedDocumentId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(trusted_documents::table.find(id)).execute(&mut conn).await
}
