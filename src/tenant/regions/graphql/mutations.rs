//! Changes of regions in the API.

use async_graphql::{Context, Object};

use super::super::{RegionId, service};
use super::RegionNode;
use super::inputs::{RegionCreateInput, RegionUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `regionCreate` answers.
    RegionCreatePayload {
        /// The new region.
        region: RegionNode,
    }
}
crate::payload! {
    /// What `regionUpdate` answers.
    RegionUpdatePayload {
        /// The region after the change.
        region: RegionNode,
    }
}
crate::payload! {
    /// What `regionDelete` answers.
    RegionDeletePayload {
        /// The id of the region that is gone.
        deleted_region_id: RegionId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "RegionMutation")]
impl Mutation {
    /// Adds a region. Owners only.
    async fn region_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new region.")] input: RegionCreateInput,
    ) -> Result<RegionCreatePayload> {
        let region = service::create(ctx.app(), input.into()).await;
        RegionCreatePayload::from(region.map(RegionNode::from))
    }

    /// Changes a region. Owners only.
    async fn region_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's id.")] id: RegionId,
        #[graphql(desc = "What to change.")] input: RegionUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<RegionUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        RegionUpdatePayload::from(changed.await.map(RegionNode::from))
    }

    /// Deletes a region. Owners only. Its branches stay, without a region.
    async fn region_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's id.")] id: RegionId,
    ) -> Result<RegionDeletePayload> {
        RegionDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
