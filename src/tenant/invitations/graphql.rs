//! Invitations in the API.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use chrono::Utc;
use futures_util::future::try_join_all;

use super::{Invitation, InvitationDelivery, InvitationId, InvitationStatus, service};
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Predicate, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::or_null;
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::groups::GroupId;
use crate::tenant::groups::graphql::GroupNode;
use crate::tenant::users::graphql::{UserNode, of};

pub use inputs::{InvitationFilter, InvitationOrder};
pub use mutations::Mutation;

/// Somebody who was asked by mail to become a user.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Invitation", complex)]
pub struct InvitationNode {
    #[graphql(skip)]
    key: InvitationId,
    /// The address that the mail goes to, and that the user will have.
    email: EmailAddress,
    /// Given name; empty when not given.
    first_name: String,
    /// Family name; empty when not given.
    last_name: String,
    /// What they will be allowed to do.
    role: Role,
    /// What has become of it.
    status: InvitationStatus,
    /// Whether the mail has gone out.
    delivery: InvitationDelivery,
    /// Until when it can be accepted.
    expires_at: DateTime,
    /// When it was accepted.
    accepted_at: Option<DateTime>,
    /// When it was made.
    created_at: DateTime,
    /// When it was last changed or sent.
    updated_at: DateTime,
    #[graphql(skip)]
    groups: Vec<GroupId>,
    #[graphql(skip)]
    accepted_by: Option<UserId>,
    #[graphql(skip)]
    created_by: Option<UserId>,
    #[graphql(skip)]
    updated_by: Option<UserId>,
}

impl InvitationNode {
    fn new(i: Invitation, now: chrono::DateTime<Utc>) -> Self {
        Self {
            key: i.id,
            status: i.status(now),
            email: EmailAddress(i.email),
            first_name: i.first_name,
            last_name: i.last_name,
            role: i.role,
            delivery: i.delivery,
            expires_at: i.expires_at.into(),
            accepted_at: i.accepted_at.map(Into::into),
            created_at: i.created_at.into(),
            updated_at: i.updated_at.into(),
            groups: i.groups,
            accepted_by: i.accepted_by,
            created_by: i.created_by,
            updated_by: i.updated_by,
        }
    }
}

crate::listed!(InvitationNode, "Invitation");

impl Sorted for InvitationNode {
    const ID: Column = inputs::ID;
    const DEFAULT: Sort = Sort { column: inputs::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[inputs::EMAIL, inputs::FIRST_NAME, inputs::LAST_NAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::EMAIL => Value::Text(self.email.0.clone()),
            inputs::EXPIRES_AT => Value::Time(self.expires_at.0),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl InvitationNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The groups they will be in; those that are gone are left out.
    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<GroupNode>> {
        let groups = self.groups.iter().map(|id| ctx.app().load(*id));
        let groups = try_join_all(groups).await.map_err(AppError::from)?;
        Ok(groups.into_iter().flatten().map(GroupNode::from).collect())
    }

    /// The user who they became.
    async fn accepted_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        of(ctx, self.accepted_by).await
    }

    /// Who invited them.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        of(ctx, self.created_by).await
    }

    /// Who changed or sent it last.
    async fn updated_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        of(ctx, self.updated_by).await
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "InvitationQuery")]
impl Query {
    /// One invitation, or null when there is none that you may see.
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation's id.")] id: InvitationId,
    ) -> Nullable<InvitationNode> {
        let app = ctx.app();
        or_null(service::get(app, id).await.map(|row| InvitationNode::new(row, app.now)))
    }

    /// Who was invited.
    #[expect(clippy::too_many_arguments, reason = "those of every list, and the status")]
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Only those with this status.")] status: Option<InvitationStatus>,
        #[graphql(desc = "Which invitations.")] filter: Option<Box<InvitationFilter>>,
        #[graphql(desc = "Text in a name or the address.")] search: Option<String>,
        #[graphql(desc = "At most three parts; newest first when left out.")] order_by: Option<
            Vec<InvitationOrder>,
        >,
    ) -> Result<Connection<InvitationNode>> {
        let app = ctx.app();
        let page = PageArgs { first, after, last, before, offset };
        let mut listing = ListArgs { page, filter, search, order_by }
            .listing::<InvitationNode>(app.require(&service::VIEW))?;
        let status = status.map(|status| service::has_status(status, app.now));
        listing.predicate = listing.predicate.and(status.unwrap_or(Predicate::True));
        let page = service::list(app, listing, ctx.selects("totalCount")).await?;
        Ok(page.map(|row| InvitationNode::new(row, app.now)).into())
    }
}
