//! Service accounts in the API: users of the kind SERVICE.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::super::UserKind;
use super::super::service_accounts::{self as service, NewServiceAccount, ServiceAccountPatch};
use super::UserNode;
use super::inputs::{KIND, UserFilter, UserOrder};
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Predicate, Value};
use crate::error::{AppError, Invalid};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::{CtxExt, Result, required};

/// A service account to add.
#[derive(InputObject)]
pub struct ServiceAccountCreateInput {
    /// What to call it.
    name: String,
    /// What it may do; not OWNER.
    #[graphql(default_with = "Role::Guest")]
    role: Role,
}

/// A change of a service account. A key left out keeps its value.
#[derive(InputObject)]
pub struct ServiceAccountUpdateInput {
    /// What to call it.
    name: MaybeUndefined<String>,
    /// What it may do; not OWNER.
    role: MaybeUndefined<Role>,
    /// Whether its keys are accepted.
    is_active: MaybeUndefined<bool>,
}

impl TryFrom<ServiceAccountUpdateInput> for ServiceAccountPatch {
    type Error = AppError;

    fn try_from(i: ServiceAccountUpdateInput) -> std::result::Result<Self, AppError> {
        let mut invalid = Invalid::default();
        let patch = Self {
            name: required(&mut invalid, "input.name", i.name).map(|t| t.trim().to_owned()),
            role: required(&mut invalid, "input.role", i.role),
            is_active: required(&mut invalid, "input.isActive", i.is_active),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

crate::payload! {
    /// What `serviceAccountCreate` answers.
    ServiceAccountCreatePayload {
        /// The new service account.
        service_account: UserNode,
    }
}
crate::payload! {
    /// What `serviceAccountUpdate` answers.
    ServiceAccountUpdatePayload {
        /// The service account after the change.
        service_account: UserNode,
    }
}
crate::payload! {
    /// What `serviceAccountDelete` answers.
    ServiceAccountDeletePayload {
        /// The id of the service account that is gone.
        deleted_service_account_id: UserId,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "ServiceAccountQuery")]
impl Query {
    /// The accounts of programs. Owners only.
    async fn service_accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which service accounts.")] filter: Option<Box<UserFilter>>,
        #[graphql(desc = "Text in the name.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<UserOrder>>,
    ) -> Result<Connection<UserNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<UserNode>(ctx.app().require(&service::VIEW))?;
        let services = Predicate::equal(KIND, Value::Text(UserKind::Service.stored().to_owned()));
        let page = service::list(ctx.app(), listing, services, ctx.selects("totalCount")).await?;
        Ok(page.map(UserNode::from).into())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "ServiceAccountMutation")]
impl Mutation {
    /// Adds an account for a program. Owners only. It can't sign in; give it an API key
    /// (`apiKeyCreate`).
    async fn service_account_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new service account.")] input: ServiceAccountCreateInput,
    ) -> Result<ServiceAccountCreatePayload> {
        let new = NewServiceAccount { name: input.name.trim().to_owned(), role: input.role };
        let made = service::create(ctx.app(), new).await;
        ServiceAccountCreatePayload::from(made.map(UserNode::from))
    }

    /// Changes a service account. Owners only. Once it is not active, its keys are refused.
    async fn service_account_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service account's id.")] id: UserId,
        #[graphql(desc = "What to change.")] input: ServiceAccountUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<ServiceAccountUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        ServiceAccountUpdatePayload::from(changed.await.map(UserNode::from))
    }

    /// Deletes a service account with its keys. Owners only. What it made stays, without its name.
    async fn service_account_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service account's id.")] id: UserId,
    ) -> Result<ServiceAccountDeletePayload> {
        ServiceAccountDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
