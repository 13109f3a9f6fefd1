//! Trusted documents in the API.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};

use super::columns as c;
use super::{NewTrustedDocument, TrustedDocument, TrustedDocumentId, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Listing, Predicate, Sort, Sorted, Value};
use crate::error::Invalid;
use crate::graphql::error::or_null;
use crate::graphql::paging::Connection;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::users::graphql::{self as users, UserNode};

/// A GraphQL document that clients may run by its id instead of its text.
#[derive(Clone, SimpleObject)]
#[graphql(name = "TrustedDocument", complex)]
pub struct TrustedDocumentNode {
    #[graphql(skip)]
    key: TrustedDocumentId,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    /// What clients send as `documentId`.
    document_id: String,
    /// The SHA-256 of the text in hexadecimal digits; clients may send `sha256:` and that as well.
    sha256: String,
    /// The names of its operations.
    name: String,
    /// The document itself.
    text: String,
    /// When it was registered.
    created_at: DateTime,
}

impl From<TrustedDocument> for TrustedDocumentNode {
    fn from(d: TrustedDocument) -> Self {
        Self {
            key: d.id,
            created_by_id: d.created_by,
            document_id: d.document_id,
            sha256: d.sha256,
            name: d.name,
            text: d.text,
            created_at: d.created_at.into(),
        }
    }
}

crate::listed!(TrustedDocumentNode, "TrustedDocument");

impl Sorted for TrustedDocumentNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[c::DOCUMENT_ID, c::NAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl TrustedDocumentNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// Who registered it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.created_by_id).await
    }
}

/// A document to be registered.
#[derive(InputObject)]
pub struct TrustedDocumentInput {
    /// What clients will send, at most 200 characters; the SHA-256 of the text when left out.
    document_id: Option<String>,
    /// The document.
    text: String,
}

/// Documents to be registered.
#[derive(InputObject)]
pub struct TrustedDocumentBulkCreateInput {
    /// At most 100.
    documents: Vec<TrustedDocumentInput>,
}

crate::payload! {
    /// What `trustedDocumentBulkCreate` answers.
    TrustedDocumentBulkCreatePayload {
        /// The documents as they are registered now.
        trusted_documents: Vec<TrustedDocumentNode>,
    }
}
crate::payload! {
    /// What `trustedDocumentDelete` answers.
    TrustedDocumentDeletePayload {
        /// The id of the document that is gone.
        deleted_trusted_document_id: TrustedDocumentId,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "TrustedDocumentQuery")]
impl Query {
    /// One registered document, or null when there is none. Owners only.
    async fn trusted_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document's id.")] id: TrustedDocumentId,
    ) -> Nullable<TrustedDocumentNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The registered documents, newest first. Owners only.
    async fn trusted_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Text in the document's id or the names of its operations.")]
        search: Option<String>,
    ) -> Result<Connection<TrustedDocumentNode>> {
        ctx.app().require(&service::VIEW)?;
        let page = PageArgs { first, after, last, before, offset: None };
        let predicate = match search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => Predicate::True,
            Some(text) => {
                let mut invalid = Invalid::default();
                crate::base::text::search(&mut invalid, "search", text);
                invalid.finish()?;
                Predicate::search(TrustedDocumentNode::SEARCH, text)
            }
        };
        let sorts = vec![TrustedDocumentNode::DEFAULT];
        let listing = Listing::new(predicate, sorts, TrustedDocumentNode::ID, page.window()?)?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(TrustedDocumentNode::from).into())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "TrustedDocumentMutation")]
impl Mutation {
    /// Registers documents, all or none; those that are registered already stay. Owners only.
    async fn trusted_document_bulk_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The documents.")] input: TrustedDocumentBulkCreateInput,
    ) -> Result<TrustedDocumentBulkCreatePayload> {
        let new = input.documents.into_iter();
        let new = new.map(|d| NewTrustedDocument { document_id: d.document_id, text: d.text });
        let made = service::register(ctx.app(), new.collect()).await;
        let node = |all: Vec<TrustedDocument>| all.into_iter().map(Into::into).collect::<Vec<_>>();
        TrustedDocumentBulkCreatePayload::from(made.map(node))
    }

    /// Forgets a document: clients can't run it by its id any more. Owners only.
    async fn trusted_document_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document's id.")] id: TrustedDocumentId,
    ) -> Result<TrustedDocumentDeletePayload> {
        TrustedDocumentDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
