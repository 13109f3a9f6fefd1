//! Cases listed below a client.

use async_graphql::Context;

use super::super::loader::Cases;
use super::super::service;
use super::{CaseFilter, CaseNode, CaseOrder};
use crate::db::Column;
use crate::graphql::children::below;
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::{CtxExt, Result};

/// The arguments of a list of cases.
pub type CaseList = ListArgs<CaseFilter, CaseOrder>;
/// A page of cases.
pub type CaseConnection = Connection<CaseNode>;

/// The cases whose `column` is `parent`; one statement for all parents of the operation.
pub async fn cases_of(
    ctx: &Context<'_>,
    column: Column,
    parent: impl Into<uuid::Uuid>,
    args: CaseList,
) -> Result<CaseConnection> {
    let listing = args.listing::<CaseNode>(ctx.app().require_some(&service::VIEW))?;
    let listing = service::within_reach(ctx.app(), listing)?;
    below(ctx, column, parent, listing, Cases).await
}
