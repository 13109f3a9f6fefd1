//! What happened to one entity.

use std::sync::Arc;

use async_graphql::Context;
use uuid::Uuid;

use super::super::columns::{OBJECT_ID, of_kind};
use super::super::loader::History;
use super::super::service;
use super::{EventList, EventNode};
use crate::base::page::PageArgs;
use crate::error::AppError;
use crate::events::Tracked;
use crate::graphql::children::{ListOf, PageOf};
use crate::graphql::paging::Connection;
use crate::graphql::{CtxExt, Result};

/// A page of events.
pub type EventConnection = Connection<EventNode>;

/// The events of an entity that the caller sees; one statement for all that are asked for them.
pub async fn history_of(
    ctx: &Context<'_>,
    tracked: &Tracked,
    id: impl Into<Uuid>,
    page: PageArgs,
) -> Result<EventConnection> {
    let args = EventList { page, filter: None, search: None, order_by: None };
    let listing = args.listing::<EventNode>(Ok(()))?.within(of_kind(tracked.kind()));
    let total = ctx.selects("totalCount");
    let list = Arc::new(ListOf { column: OBJECT_ID, listing, with: History, total });
    let page = ctx.app().load(PageOf { parent: id.into(), list }).await?;
    let page = page.ok_or_else(|| AppError::internal("a page was not loaded"))?;
    Ok(page.map(|row| EventNode::from(service::shown(ctx.app(), tracked, row))).into())
}
