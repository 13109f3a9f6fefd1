//! Reads of cases in the API.

use async_graphql::{Context, Object, SimpleObject};

use super::super::{CaseId, service};
use super::{CaseConnection, CaseFilter, CaseList, CaseNode, CaseOrder};
use crate::base::page::PageArgs;
use crate::graphql::error::or_null;
use crate::graphql::{CtxExt, Nullable, Result, filter};
use crate::tenant::stages::graphql::StageNode;

/// How many cases are in a stage.
#[derive(SimpleObject)]
pub struct CaseStageCount {
    /// The stage.
    stage: StageNode,
    /// How many cases are in it that you may see.
    count: i64,
}

#[derive(Default)]
pub struct Query;

#[Object(name = "CaseQuery")]
impl Query {
    /// One case, or null when there is none that you may see.
    async fn case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case's id.")] id: CaseId,
    ) -> Nullable<CaseNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The cases of all clients, newest first unless ordered otherwise.
    async fn cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which cases.")] filter: Option<Box<CaseFilter>>,
        #[graphql(desc = "Text in the title, the type or the file number.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<CaseOrder>>,
    ) -> Result<CaseConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = CaseList { page, filter, search, order_by }
            .listing::<CaseNode>(ctx.app().require_some(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(CaseNode::from).into())
    }

    /// How many cases are in each stage: all stages of cases, in their order.
    async fn case_count_by_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cases.")] filter: Option<Box<CaseFilter>>,
    ) -> Result<Vec<CaseStageCount>> {
        ctx.app().require_some(&service::VIEW)?;
        let which = filter::predicate(filter.as_deref())?;
        let counts = service::count_by_stage(ctx.app(), which).await?;
        let count =
            |(stage, count): (_, i64)| CaseStageCount { stage: StageNode::from(stage), count };
        Ok(counts.into_iter().map(count).collect())
    }
}
