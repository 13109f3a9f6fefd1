//! The platform's record of changes in the API, in the same form as a tenant's.

use async_graphql::{Context, Object};

use super::service;
use crate::base::page::PageArgs;
use crate::graphql::paging::Connection;
use crate::graphql::{CtxExt, Result};
use crate::platform::require_admin;
use crate::tenant::audit_log::graphql::{AuditEntryNode, AuditFilter, AuditList, AuditOrder};

#[derive(Default)]
pub struct Query;

#[Object(name = "PlatformAuditLogQuery")]
impl Query {
    /// Who changed what on the platform: tenants, domains, platform users. The newest first unless
    /// ordered otherwise. Platform administrators only. What is changed within a tenant is in that
    /// tenant's own record.
    async fn platform_audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which entries.")] filter: Option<Box<AuditFilter>>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<AuditOrder>>,
    ) -> Result<Connection<AuditEntryNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = AuditList { page, filter, search: None, order_by }
            .listing::<AuditEntryNode>(require_admin(ctx.app()))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(AuditEntryNode::from).into())
    }
}
