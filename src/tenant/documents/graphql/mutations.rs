//! Changes of documents in the API.

use async_graphql::{Context, Object};

use super::super::{DocumentId, service};
use super::DocumentNode;
use super::inputs::{DocumentCreateInput, DocumentSelection, DocumentUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `documentCreate` answers.
    DocumentCreatePayload {
        /// The new document.
        document: DocumentNode,
    }
}
crate::payload! {
    /// What `documentUpdate` answers.
    DocumentUpdatePayload {
        /// The document after the change.
        document: DocumentNode,
    }
}
crate::payload! {
    /// What `documentDelete` answers.
    DocumentDeletePayload {
        /// The id of the document that is in the trash now.
        deleted_document_id: DocumentId,
    }
}
crate::payload! {
    /// What `documentRestore` answers.
    DocumentRestorePayload {
        /// The document, out of the trash.
        document: DocumentNode,
    }
}
crate::payload! {
    /// What bulk mutations of documents answer.
    DocumentBulkPayload {
        /// How many documents were changed.
        affected_count: i32,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "DocumentMutation")]
impl Mutation {
    /// Adds a document: what is known of a file.
    async fn document_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new document.")] input: DocumentCreateInput,
    ) -> Result<DocumentCreatePayload> {
        let document = service::create(ctx.app(), input.into()).await;
        DocumentCreatePayload::from(document.map(DocumentNode::from))
    }

    /// Changes a document.
    async fn document_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document's id.")] id: DocumentId,
        #[graphql(desc = "What to change.")] input: DocumentUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<DocumentUpdatePayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        DocumentUpdatePayload::from(changed.await.map(DocumentNode::from))
    }

    /// Puts a document into the trash, from where `documentRestore` takes it out again.
    async fn document_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document's id.")] id: DocumentId,
    ) -> Result<DocumentDeletePayload> {
        DocumentDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Takes a document out of the trash.
    async fn document_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document's id.")] id: DocumentId,
    ) -> Result<DocumentRestorePayload> {
        DocumentRestorePayload::from(service::restore(ctx.app(), id).await.map(DocumentNode::from))
    }

    /// Makes the same change to many documents, all of them or none.
    async fn document_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which documents.")] selection: DocumentSelection,
        #[graphql(desc = "What to change.")] input: DocumentUpdateInput,
    ) -> Result<DocumentBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed = async {
            service::bulk_update(ctx.app(), selection.predicate()?, input.try_into()?).await
        };
        DocumentBulkPayload::from(changed.await.map(count))
    }

    /// Puts many documents into the trash, all of them or none.
    async fn document_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which documents.")] selection: DocumentSelection,
    ) -> Result<DocumentBulkPayload> {
        ctx.app().require_some(&service::DELETE)?;
        let deleted = async { service::bulk_delete(ctx.app(), selection.predicate()?).await };
        DocumentBulkPayload::from(deleted.await.map(count))
    }
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
