//! Changes of groups in the API.

use async_graphql::{Context, Object};

use super::super::{GroupId, service};
use super::GroupNode;
use super::inputs::{GroupCreateInput, GroupUpdateInput};
use crate::base::ids::UserId;
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `groupCreate` answers.
    GroupCreatePayload {
        /// The new group.
        group: GroupNode,
    }
}
crate::payload! {
    /// What `groupUpdate` answers.
    GroupUpdatePayload {
        /// The group after the change.
        group: GroupNode,
    }
}
crate::payload! {
    /// What `groupDelete` answers.
    GroupDeletePayload {
        /// The id of the group that is gone.
        deleted_group_id: GroupId,
    }
}
crate::payload! {
    /// What `groupAddMembers` answers.
    GroupAddMembersPayload {
        /// The group.
        group: GroupNode,
    }
}
crate::payload! {
    /// What `groupRemoveMembers` answers.
    GroupRemoveMembersPayload {
        /// The group.
        group: GroupNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "GroupMutation")]
impl Mutation {
    /// Adds a group.
    async fn group_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new group.")] input: GroupCreateInput,
    ) -> Result<GroupCreatePayload> {
        let group = service::create(ctx.app(), input.into()).await;
        GroupCreatePayload::from(group.map(GroupNode::from))
    }

    /// Changes a group. What it gives to its members counts at once, on every node.
    async fn group_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group's id.")] id: GroupId,
        #[graphql(desc = "What to change.")] input: GroupUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<GroupUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        GroupUpdatePayload::from(changed.await.map(GroupNode::from))
    }

    /// Deletes a group. Its members stay, without what it gave them.
    async fn group_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group's id.")] id: GroupId,
    ) -> Result<GroupDeletePayload> {
        GroupDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Takes users into a group. You have to hold what it gives.
    async fn group_add_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group's id.")] id: GroupId,
        #[graphql(desc = "At most 100 users; those who are in it already are no mistake.")]
        user_ids: Vec<UserId>,
    ) -> Result<GroupAddMembersPayload> {
        let group = service::add_members(ctx.app(), id, user_ids).await;
        GroupAddMembersPayload::from(group.map(GroupNode::from))
    }

    /// Takes users out of a group. You have to hold what it gives.
    async fn group_remove_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group's id.")] id: GroupId,
        #[graphql(desc = "At most 100 users; those who are not in it are no mistake.")]
        user_ids: Vec<UserId>,
    ) -> Result<GroupRemoveMembersPayload> {
        let group = service::remove_members(ctx.app(), id, user_ids).await;
        GroupRemoveMembersPayload::from(group.map(GroupNode::from))
    }
}
