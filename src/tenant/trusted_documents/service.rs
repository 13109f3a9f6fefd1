//! What can be done with trusted documents. Every door (GraphQL, commands) comes through here.

use super::model::{NewTrustedDocument, TrustedDocument, TrustedDocumentId};
use super::store;
use crate::audit::Change;
use crate::bus::Wake;
use crate::ctx::{Core, Ctx};
use crate::db::{Listing, Page};
use crate::error::{AppError, Invalid, Problem, Result};

crate::permissions! {
    VIEW = "trusted_documents.view" for OWNERS,
    ADD = "trusted_documents.add" for OWNERS,
    DELETE = "trusted_documents.delete" for OWNERS,
    CHANGE_SETTINGS = "trusted_documents.change_settings" for OWNERS,
}

/// How many may be registered at once.
const MAX_AT_ONCE: usize = 100;

/// The text that clients mean by an id or a hash; for the way in of every request, whoever asks.
pub async fn text(core: &Core, document_id: &str, sha256: &str) -> Result<Option<String>> {
    Ok(store::text(&*core.read().await?, document_id, sha256).await?)
}

/// One document, if the caller may see it.
pub async fn get(ctx: &Ctx, id: TrustedDocumentId) -> Result<TrustedDocument> {
    ctx.require(&VIEW)?;
    store::find(&*ctx.read().await?, id).await?.ok_or(AppError::NotFound("trusted document"))
}

/// A page of documents.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<TrustedDocument>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Registers documents, all or none. Those that are registered already stay as they are; an id
/// can't come to mean another text.
pub async fn register(ctx: &Ctx, new: Vec<NewTrustedDocument>) -> Result<Vec<TrustedDocument>> {
    ctx.require(&ADD)?;
    let tenant = ctx.tenant()?.id.0;
    let rows = validated(ctx, new)?;
    ctx.write(async |tx| {
        for row in store::insert(tx, &rows).await? {
            ctx.audit(Change::created("trusted_document", row.id, &row));
        }
        let ids: Vec<&str> = rows.iter().map(|row| row.document_id.as_str()).collect();
        let kept = store::by_document_ids(tx, &ids).await?;
        let mut invalid = Invalid::default();
        for (at, row) in rows.iter().enumerate() {
            let other = kept.iter().find(|kept| kept.document_id == row.document_id);
            if other.is_none_or(|kept| kept.sha256 != row.sha256) {
                let field = format!("input.documents.{at}.documentId");
                invalid.push(Problem::Taken, &field, "belongs to another text");
            }
        }
        invalid.finish()?;
        ctx.wake(Wake::Tenant(tenant));
        Ok(kept)
    })
    .await
}

fn validated(ctx: &Ctx, new: Vec<NewTrustedDocument>) -> Result<Vec<TrustedDocument>> {
    let mut invalid = Invalid::default();
    if new.is_empty() || new.len() > MAX_AT_ONCE {
        let why = format!("has to hold 1 to {MAX_AT_ONCE} documents");
        invalid.push(Problem::Invalid, "input.documents", why);
        return Err(invalid.into());
    }
    let mut rows: Vec<TrustedDocument> = Vec::with_capacity(new.len());
    for (at, new) in new.into_iter().enumerate() {
        let field = format!("input.documents.{at}");
        let row = new.validated(&field, &ctx.app.config.graphql, &mut invalid);
        rows.extend(row.map(|row| TrustedDocument {
            created_at: ctx.now,
            created_by: ctx.user(),
            ..row
        }));
    }
    invalid.finish()?;
    Ok(rows)
}

/// Forgets a document: its id means nothing any more.
pub async fn delete(ctx: &Ctx, id: TrustedDocumentId) -> Result<TrustedDocumentId> {
    ctx.require(&DELETE)?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        let before = store::find(tx, id).await?.ok_or(AppError::NotFound("trusted document"))?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("trusted_document", id, &before));
        ctx.wake(Wake::Tenant(tenant));
        Ok(id)
    })
    .await
}
