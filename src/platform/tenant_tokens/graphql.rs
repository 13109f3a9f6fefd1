//! Entering a tenant, in the API.

use async_graphql::{Context, InputObject, Object};

use super::service;
use crate::base::ids::TenantId;
use crate::graphql::{CtxExt, Result};
use crate::tenant::users::graphql::UserNode;

/// Where to go.
#[derive(InputObject)]
pub struct TenantTokenCreateInput {
    /// One of `myTenants`.
    tenant_id: TenantId,
}

crate::payload! {
    /// What `tenantTokenCreate` answers.
    TenantTokenCreatePayload {
        /// Goes into the header `Authorization: Bearer …` of every request to the tenant's host.
        access_token: String,
        /// Seconds until the access token ends. Ask for the next one with your platform session:
        /// there is no refresh token.
        expires_in: i64,
        /// You, in the tenant.
        user: UserNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "TenantTokenMutation")]
impl Mutation {
    /// Exchanges your session on the platform for one in a tenant of your organizations. Owners of
    /// the organization are owners there, admins managers, and members members. The session ends
    /// with the one on the platform, and with your place in the organization. Operators only.
    async fn tenant_token_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to go.")] input: TenantTokenCreateInput,
    ) -> Result<TenantTokenCreatePayload> {
        let entered = service::create(ctx.app(), input.tenant_id).await;
        TenantTokenCreatePayload::from(
            entered.map(|e| (e.token.text, e.token.expires_in, UserNode::from(e.user))),
        )
    }
}
