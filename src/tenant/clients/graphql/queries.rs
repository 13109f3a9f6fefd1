//! Reads of clients in the API.

use async_graphql::{Context, Object, SimpleObject};

use super::super::{ClientId, With, service};
use super::{ClientConnection, ClientFilter, ClientList, ClientNode, ClientOrder};
use crate::base::page::PageArgs;
use crate::graphql::error::or_null;
use crate::graphql::{CtxExt, Nullable, Result, filter};
use crate::tenant::stages::graphql::StageNode;

/// What to read along for a connection's selection.
pub(super) fn with(ctx: &Context<'_>) -> With {
    let asked = ["stage", "branch", "assignedTo"].iter().any(|field| ctx.nodes_select(field));
    service::with(ctx.app(), asked)
}

/// The same for one client.
fn with_one(ctx: &Context<'_>) -> With {
    let asked = ["stage", "branch", "assignedTo"].iter().any(|field| ctx.selects(field));
    service::with(ctx.app(), asked)
}

/// How many clients are in a stage.
#[derive(SimpleObject)]
pub struct ClientStageCount {
    /// The stage.
    stage: StageNode,
    /// How many clients are in it that you may see.
    count: i64,
}

#[derive(Default)]
pub struct Query;

#[Object(name = "ClientQuery")]
impl Query {
    /// One client, or null when there is none that you may see.
    async fn client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id.")] id: ClientId,
    ) -> Nullable<ClientNode> {
        or_null(service::get(ctx.app(), id, with_one(ctx)).await.map(Into::into))
    }

    /// The clients of the tenant, newest first unless ordered otherwise.
    async fn clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which clients.")] filter: Option<Box<ClientFilter>>,
        #[graphql(desc = "Text in a name, the e-mail address or the telephone number.")]
        search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<ClientOrder>>,
    ) -> Result<ClientConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ClientList { page, filter, search, order_by }
            .listing::<ClientNode>(ctx.app().require_some(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, with(ctx), ctx.selects("totalCount")).await?;
        Ok(page.map(ClientNode::from).into())
    }

    /// How many clients are in each stage: all stages of clients, in their order.
    async fn client_count_by_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which clients.")] filter: Option<Box<ClientFilter>>,
    ) -> Result<Vec<ClientStageCount>> {
        ctx.app().require_some(&service::VIEW)?;
        let which = filter::predicate(filter.as_deref())?;
        let counts = service::count_by_stage(ctx.app(), which).await?;
        let count =
            |(stage, count): (_, i64)| ClientStageCount { stage: StageNode::from(stage), count };
        Ok(counts.into_iter().map(count).collect())
    }
}
