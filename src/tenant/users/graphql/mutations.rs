//! Changes of users in the API.

use async_graphql::{Context, Object};

use super::super::service;
use super::UserNode;
use super::inputs::{UserChangePasswordInput, UserCreateInput, UserUpdateInput};
use crate::base::ids::UserId;
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `userCreate` answers.
    UserCreatePayload {
        /// The new user.
        user: UserNode,
    }
}
crate::payload! {
    /// What `userUpdate` answers.
    UserUpdatePayload {
        /// The user after the change.
        user: UserNode,
    }
}
crate::payload! {
    /// What `userDelete` answers.
    UserDeletePayload {
        /// The id of the user that is gone.
        deleted_user_id: UserId,
    }
}

crate::payload! {
    /// What `userChangePassword` answers.
    UserChangePasswordPayload {
        /// You, after the change.
        user: UserNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "UserMutation")]
impl Mutation {
    /// Adds a user. Owners only; the plan limits how many.
    async fn user_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new user.")] input: UserCreateInput,
    ) -> Result<UserCreatePayload> {
        let user = service::create(ctx.app(), input.into()).await;
        UserCreatePayload::from(user.map(UserNode::from))
    }

    /// Changes a user. Owners only. Deactivating ends all their sessions at once.
    async fn user_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: UserId,
        #[graphql(desc = "What to change.")] input: UserUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<UserUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        UserUpdatePayload::from(changed.await.map(UserNode::from))
    }

    /// Changes your own password. Your other sessions end; the one you use goes on.
    async fn user_change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.")] input: UserChangePasswordInput,
    ) -> Result<UserChangePasswordPayload> {
        let UserChangePasswordInput { current_password, new_password } = input;
        let user = service::change_password(ctx.app(), &current_password, &new_password).await;
        UserChangePasswordPayload::from(user.map(UserNode::from))
    }

    /// Deletes a user. Owners only. What they made or had assigned stays, without their name.
    async fn user_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: UserId,
    ) -> Result<UserDeletePayload> {
        UserDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
