//! The platform's security events in the API, in the same form as a tenant's.

use async_graphql::{Context, Object};

use super::service;
use crate::base::page::PageArgs;
use crate::graphql::paging::Connection;
use crate::graphql::{CtxExt, Result};
use crate::platform::require_admin;
use crate::tenant::security_events::graphql::{
    SecurityEventFilter, SecurityEventList, SecurityEventNode, SecurityEventOrder,
};

#[derive(Default)]
pub struct Query;

#[Object(name = "PlatformSecurityEventQuery")]
impl Query {
    /// What concerned the platform's security lately, the newest first unless ordered otherwise:
    /// operators' sign-ins, hosts that lead nowhere, tokens used at another tenant. Platform
    /// administrators only. What happens within a tenant is among that tenant's events.
    async fn platform_security_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which events.")] filter: Option<Box<SecurityEventFilter>>,
        #[graphql(desc = "Text in the detail.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<SecurityEventOrder>>,
    ) -> Result<Connection<SecurityEventNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = SecurityEventList { page, filter, search, order_by }
            .listing::<SecurityEventNode>(require_admin(ctx.app()))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(SecurityEventNode::from).into())
    }
}
