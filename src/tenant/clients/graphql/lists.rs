//! Clients listed below a branch, a stage or a person.

use async_graphql::Context;

use super::super::service;
use super::queries::with;
use super::{ClientFilter, ClientNode, ClientOrder};
use crate::db::Column;
use crate::graphql::children::below;
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::{CtxExt, Result};

/// The arguments of a list of clients.
pub type ClientList = ListArgs<ClientFilter, ClientOrder>;
/// A page of clients.
pub type ClientConnection = Connection<ClientNode>;

/// The clients whose `column` is `parent`; one statement for all parents of the operation.
pub async fn clients_of(
    ctx: &Context<'_>,
    column: Column,
    parent: impl Into<uuid::Uuid>,
    args: ClientList,
) -> Result<ClientConnection> {
    let listing = args.listing::<ClientNode>(ctx.app().require_some(&service::VIEW))?;
    let listing = service::within_reach(ctx.app(), listing)?;
    below(ctx, column, parent, listing, with(ctx)).await
}
