//! Changes of organizations in the API.

use async_graphql::{Context, Object};

use super::super::{OrganizationId, service};
use super::OrganizationNode;
use super::inputs::{OrganizationCreateInput, OrganizationUpdateInput};
use crate::graphql::{CtxExt, Result};
use crate::platform::sight;

crate::payload! {
    /// What `organizationCreate` answers.
    OrganizationCreatePayload {
        /// The new organization.
        organization: OrganizationNode,
    }
}
crate::payload! {
    /// What `organizationUpdate` answers.
    OrganizationUpdatePayload {
        /// The organization after the change.
        organization: OrganizationNode,
    }
}
crate::payload! {
    /// What `organizationDelete` answers.
    OrganizationDeletePayload {
        /// The id of the organization that is gone.
        deleted_organization_id: OrganizationId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "OrganizationMutation")]
impl Mutation {
    /// Makes an organization with its first owner. Platform administrators only.
    async fn organization_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organization.")] input: OrganizationCreateInput,
    ) -> Result<OrganizationCreatePayload> {
        let made = service::create(ctx.app(), input.into()).await;
        OrganizationCreatePayload::from(made.map(OrganizationNode::from))
    }

    /// Changes an organization. Its owners, and platform administrators.
    async fn organization_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id.")] id: OrganizationId,
        #[graphql(desc = "What to change.")] input: OrganizationUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<OrganizationUpdatePayload> {
        sight(ctx.app())?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        OrganizationUpdatePayload::from(changed.await.map(OrganizationNode::from))
    }

    /// Deletes an organization that has no tenants any more. Platform administrators only.
    async fn organization_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id.")] id: OrganizationId,
    ) -> Result<OrganizationDeletePayload> {
        OrganizationDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
