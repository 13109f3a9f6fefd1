//! Changes of stages in the API.

use async_graphql::{Context, Object};

use super::super::{StageId, StageKind, service};
use super::StageNode;
use super::inputs::{StageCreateInput, StageUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `stageCreate` answers.
    StageCreatePayload {
        /// The new stage.
        stage: StageNode,
    }
}
crate::payload! {
    /// What `stageUpdate` answers.
    StageUpdatePayload {
        /// The stage after the change.
        stage: StageNode,
    }
}
crate::payload! {
    /// What `stageDelete` answers.
    StageDeletePayload {
        /// The id of the stage that is gone.
        deleted_stage_id: StageId,
    }
}

crate::payload! {
    /// What `stageReorder` answers.
    StageReorderPayload {
        /// The stages of this kind, in their new order.
        stages: Vec<StageNode>,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "StageMutation")]
impl Mutation {
    /// Adds a stage behind the others of its kind.
    async fn stage_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new stage.")] input: StageCreateInput,
    ) -> Result<StageCreatePayload> {
        let stage = service::create(ctx.app(), input.into()).await;
        StageCreatePayload::from(stage.map(StageNode::from))
    }

    /// Changes a stage.
    async fn stage_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stage's id.")] id: StageId,
        #[graphql(desc = "What to change.")] input: StageUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<StageUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        StageUpdatePayload::from(changed.await.map(StageNode::from))
    }

    /// Deletes a stage. What is in it goes on to another one, if there is anything in it.
    async fn stage_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stage's id.")] id: StageId,
        #[graphql(desc = "Where clients or cases go that are in it.")] move_to_id: Option<StageId>,
    ) -> Result<StageDeletePayload> {
        StageDeletePayload::from(service::delete(ctx.app(), id, move_to_id).await)
    }

    /// Puts the stages of a kind into another order.
    async fn stage_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pipeline.")] kind: StageKind,
        #[graphql(desc = "All stages of this kind, in the order that they are to have.")] ids: Vec<
            StageId,
        >,
    ) -> Result<StageReorderPayload> {
        let stages = service::reorder(ctx.app(), kind, ids).await;
        StageReorderPayload::from(stages.map(|all| all.into_iter().map(Into::into).collect()))
    }
}
