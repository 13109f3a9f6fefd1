//! Changes of tenants in the API.

use async_graphql::{Context, Object};

use super::super::service;
use super::TenantNode;
use super::inputs::{TenantCreateInput, TenantUpdateInput};
use crate::base::ids::TenantId;
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `tenantCreate` answers.
    TenantCreatePayload {
        /// The new tenant.
        tenant: TenantNode,
    }
}
crate::payload! {
    /// What `tenantUpdate` answers.
    TenantUpdatePayload {
        /// The tenant after the change.
        tenant: TenantNode,
    }
}
crate::payload! {
    /// What `tenantDelete` answers.
    TenantDeletePayload {
        /// The id of the tenant that is gone.
        deleted_tenant_id: TenantId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "TenantMutation")]
impl Mutation {
    /// Makes a tenant: its schema, tables, domain and owner, all at once or not at all. Platform
    /// administrators, and an organization's owners and admins for it, as far as its limit goes.
    async fn tenant_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new tenant.")] input: TenantCreateInput,
    ) -> Result<TenantCreatePayload> {
        let tenant = service::create(ctx.app(), input.into()).await;
        TenantCreatePayload::from(tenant.map(TenantNode::from))
    }

    /// Changes a tenant; with `isActive: false` it is suspended. Platform administrators; its
    /// organization's owners and admins its name.
    async fn tenant_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant's id.")] id: TenantId,
        #[graphql(desc = "What to change.")] input: TenantUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<TenantUpdatePayload> {
        crate::platform::sight(ctx.app())?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        TenantUpdatePayload::from(changed.await.map(TenantNode::from))
    }

    /// Deletes a tenant with all its data, for ever. Platform administrators only.
    async fn tenant_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant's id.")] id: TenantId,
        #[graphql(desc = "Its schema name, to show that it is meant.")] confirm_schema_name: String,
    ) -> Result<TenantDeletePayload> {
        TenantDeletePayload::from(service::delete(ctx.app(), id, &confirm_schema_name).await)
    }
}
