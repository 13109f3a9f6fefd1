//! Documents listed below a project or a person.

use std::sync::Arc;

use async_graphql::Context;

use super::super::service;
use super::{DocumentFilter, DocumentNode, DocumentOrder, with};
use crate::db::Column;
use crate::graphql::children::{ListOf, PageOf};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::{CtxExt, Result};

/// The arguments of a list of documents.
pub type DocumentList = ListArgs<DocumentFilter, DocumentOrder>;
/// A page of documents.
pub type DocumentConnection = Connection<DocumentNode>;

/// The documents whose `column` is `parent`; one statement for all parents of the operation.
pub async fn documents_of(
    ctx: &Context<'_>,
    column: Column,
    parent: impl Into<uuid::Uuid>,
    args: DocumentList,
) -> Result<DocumentConnection> {
    let listing = args.listing::<DocumentNode>(ctx.app().require_some(&service::VIEW))?;
    let listing = service::within_reach(ctx.app(), listing)?;
    let total = ctx.selects("totalCount");
    let list = Arc::new(ListOf { column, listing, with: with(ctx), total });
    let key = PageOf { parent: parent.into(), list };
    let page = ctx.app().load(key).await?;
    let page = page.ok_or_else(|| crate::error::AppError::internal("a page was not loaded"))?;
    Ok(page.map(DocumentNode::from).into())
}
