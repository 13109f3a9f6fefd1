//! Changes of branches in the API.

use async_graphql::{Context, Object};

use super::super::{BranchId, service};
use super::BranchNode;
use super::inputs::{BranchCreateInput, BranchUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `branchCreate` answers.
    BranchCreatePayload {
        /// The new branch.
        branch: BranchNode,
    }
}
crate::payload! {
    /// What `branchUpdate` answers.
    BranchUpdatePayload {
        /// The branch after the change.
        branch: BranchNode,
    }
}
crate::payload! {
    /// What `branchDelete` answers.
    BranchDeletePayload {
        /// The id of the branch that is gone.
        deleted_branch_id: BranchId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "BranchMutation")]
impl Mutation {
    /// Adds a branch. Owners only.
    async fn branch_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new branch.")] input: BranchCreateInput,
    ) -> Result<BranchCreatePayload> {
        let branch = service::create(ctx.app(), input.into()).await;
        BranchCreatePayload::from(branch.map(BranchNode::from))
    }

    /// Changes a branch. Owners only.
    async fn branch_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch's id.")] id: BranchId,
        #[graphql(desc = "What to change.")] input: BranchUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<BranchUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        BranchUpdatePayload::from(changed.await.map(BranchNode::from))
    }

    /// Deletes a branch. Owners only. One that has users or clients can only be deactivated.
    async fn branch_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch's id.")] id: BranchId,
    ) -> Result<BranchDeletePayload> {
        BranchDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
