//! Projects listed below a person.

use std::sync::Arc;

use async_graphql::Context;

use super::super::service;
use super::{ProjectFilter, ProjectNode, ProjectOrder, with};
use crate::db::Column;
use crate::graphql::children::{ListOf, PageOf};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::{CtxExt, Result};

/// The arguments of a list of projects.
pub type ProjectList = ListArgs<ProjectFilter, ProjectOrder>;
/// A page of projects.
pub type ProjectConnection = Connection<ProjectNode>;

/// The projects whose `column` is `parent`; one statement for all parents of the operation.
pub async fn projects_of(
    ctx: &Context<'_>,
    column: Column,
    parent: impl Into<uuid::Uuid>,
    args: ProjectList,
) -> Result<ProjectConnection> {
    let listing = args.listing::<ProjectNode>(ctx.app().require_some(&service::VIEW))?;
    let listing = service::within_reach(ctx.app(), listing)?;
    let total = ctx.selects("totalCount");
    let list = Arc::new(ListOf { column, listing, with: with(ctx), total });
    let key = PageOf { parent: parent.into(), list };
    let page = ctx.app().load(key).await?;
    let page = page.ok_or_else(|| crate::error::AppError::internal("a page was not loaded"))?;
    Ok(page.map(ProjectNode::from).into())
}
