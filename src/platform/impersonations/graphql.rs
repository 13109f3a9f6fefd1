//! Impersonations in the API.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

pub use inputs::{ImpersonationFilter, ImpersonationOrder};
pub use mutations::Mutation;

use super::model::Named;
use super::{ImpersonationId, service};
use crate::authz::OperatorId;
use crate::base::ids::{TenantId, UserId};
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::error::nullable;
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::platform::require_admin;

/// A platform administrator in the place of a tenant's user.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Impersonation", complex)]
pub struct ImpersonationNode {
    #[graphql(skip)]
    key: ImpersonationId,
    #[graphql(skip)]
    operator: OperatorId,
    #[graphql(skip)]
    tenant: Option<TenantId>,
    #[graphql(skip)]
    user: UserId,
    /// The administrator's address.
    operator_email: EmailAddress,
    /// What the tenant is called; null when it is gone.
    tenant_name: Option<String>,
    /// The user's address when it began.
    user_email: EmailAddress,
    /// Why.
    reason: String,
    /// When it began.
    started_at: DateTime,
    /// When it is over by itself.
    ends_at: DateTime,
    /// When it was ended before that.
    ended_at: Option<DateTime>,
}

impl From<Named> for ImpersonationNode {
    fn from(Named { impersonation: i, operator_email, tenant_name }: Named) -> Self {
        Self {
            key: i.id,
            operator: i.operator_id,
            tenant: i.tenant_id,
            user: i.user_id,
            operator_email: EmailAddress(operator_email),
            tenant_name,
            user_email: EmailAddress(i.user_email),
            reason: i.reason,
            started_at: i.started_at.into(),
            ends_at: i.ends_at.into(),
            ended_at: i.ended_at.map(Into::into),
        }
    }
}

crate::listed!(ImpersonationNode, "Impersonation");

impl Sorted for ImpersonationNode {
    const ID: Column = inputs::ID;
    const DEFAULT: Sort = Sort { column: inputs::STARTED_AT, descending: true };
    const SEARCH: &'static [Column] = &[inputs::REASON, inputs::USER_EMAIL];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::STARTED_AT => Value::Time(self.started_at.0),
            inputs::ENDS_AT => Value::Time(self.ends_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl ImpersonationNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The administrator's id.
    async fn operator_id(&self) -> ID {
        self.operator.into()
    }

    /// The tenant's id; null when it is gone.
    async fn tenant_id(&self) -> Option<ID> {
        self.tenant.map(Into::into)
    }

    /// The user's id, in the tenant.
    async fn user_id(&self) -> ID {
        self.user.into()
    }
}

/// What somebody sees who is being impersonated, or impersonates.
#[derive(SimpleObject)]
#[graphql(name = "ViewerImpersonation")]
pub struct ViewerImpersonationNode {
    /// The id of the impersonation, to end it.
    id: ID,
    /// The address of the administrator who acts.
    operator_email: EmailAddress,
    /// Why.
    reason: String,
    /// When it began.
    started_at: DateTime,
    /// When it is over by itself.
    ends_at: DateTime,
}

impl From<Named> for ViewerImpersonationNode {
    fn from(Named { impersonation: i, operator_email, .. }: Named) -> Self {
        Self {
            id: i.id.into(),
            operator_email: EmailAddress(operator_email),
            reason: i.reason,
            started_at: i.started_at.into(),
            ends_at: i.ends_at.into(),
        }
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "ImpersonationQuery")]
impl Query {
    /// The impersonation that this request is part of: the request is not sent by `viewer`, but by
    /// a platform administrator in their place. Null otherwise.
    async fn viewer_impersonation(&self, ctx: &Context<'_>) -> Nullable<ViewerImpersonationNode> {
        nullable(service::viewer(ctx.app()).await.map(|found| found.map(Into::into)))
    }

    /// All impersonations, the latest first unless ordered otherwise. Platform administrators
    /// only.
    async fn impersonations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which impersonations.")] filter: Option<Box<ImpersonationFilter>>,
        #[graphql(desc = "Text in the reason or the user's address.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<ImpersonationOrder>>,
    ) -> Result<Connection<ImpersonationNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<ImpersonationNode>(require_admin(ctx.app()))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(ImpersonationNode::from).into())
    }
}
