//! Notes listed below a client or a case.

use async_graphql::Context;

use super::super::loader::Notes;
use super::super::service;
use super::{NoteFilter, NoteNode, NoteOrder};
use crate::db::Column;
use crate::graphql::children::below;
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::{CtxExt, Result};

/// The arguments of a list of notes.
pub type NoteList = ListArgs<NoteFilter, NoteOrder>;
/// A page of notes.
pub type NoteConnection = Connection<NoteNode>;

/// The notes whose `column` is `parent`; one statement for all parents of the operation.
pub async fn notes_of(
    ctx: &Context<'_>,
    column: Column,
    parent: impl Into<uuid::Uuid>,
    args: NoteList,
) -> Result<NoteConnection> {
    let listing = args.listing::<NoteNode>(ctx.app().require_some(&service::VIEW))?;
    let listing = service::within_reach(ctx.app(), listing)?;
    below(ctx, column, parent, listing, Notes).await
}
