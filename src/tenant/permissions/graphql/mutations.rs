//! Changes of permissions in the API.

use async_graphql::{Context, Object};

use super::super::{NewObjectPermissions, service};
use super::ObjectPermissionNode;
use super::inputs::{
    HeldPermissionInput, ObjectPermissionGrantInput, ObjectPermissionRevokeInput, held,
};
use crate::base::ids::UserId;
use crate::graphql::{CtxExt, Result};
use crate::tenant::users::graphql::UserNode;

crate::payload! {
    /// What `userSetPermissions` answers.
    UserSetPermissionsPayload {
        /// The user after the change.
        user: UserNode,
    }
}
crate::payload! {
    /// What `objectPermissionGrant` answers.
    ObjectPermissionGrantPayload {
        /// What the user or group holds on the object now, of the permissions that were named.
        object_permissions: Vec<ObjectPermissionNode>,
    }
}
crate::payload! {
    /// What `objectPermissionRevoke` answers.
    ObjectPermissionRevokePayload {
        /// How many permissions were taken back.
        revoked_count: i32,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "PermissionMutation")]
impl Mutation {
    /// Replaces the permissions that a user was given directly. What their role and groups give
    /// stays. You can only give what you hold yourself. It takes effect at once.
    async fn user_set_permissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: UserId,
        #[graphql(desc = "All that they are to hold directly; empty for none.")] permissions: Vec<
            HeldPermissionInput,
        >,
    ) -> Result<UserSetPermissionsPayload> {
        let user = service::set_direct(ctx.app(), id, held(permissions)).await;
        UserSetPermissionsPayload::from(user.map(UserNode::from))
    }

    /// Gives a user or a group permissions on one object. On a project, permissions on tasks and
    /// documents hold for all that it has. You can only give what you hold yourself.
    async fn object_permission_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which permissions, on what, to whom.")] input: ObjectPermissionGrantInput,
    ) -> Result<ObjectPermissionGrantPayload> {
        ctx.app().require_some(&service::GRANT)?;
        let given = async { service::grant(ctx.app(), input.try_into()?).await }.await;
        ObjectPermissionGrantPayload::from(
            given.map(|all| all.into_iter().map(Into::into).collect()),
        )
    }

    /// Takes permissions on one object back. What was not given is no mistake.
    async fn object_permission_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which permissions, on what, from whom.")]
        input: ObjectPermissionRevokeInput,
    ) -> Result<ObjectPermissionRevokePayload> {
        ctx.app().require_some(&service::GRANT)?;
        let revoked = async {
            let these: NewObjectPermissions = ObjectPermissionGrantInput::from(input).try_into()?;
            service::revoke(ctx.app(), these).await
        };
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        ObjectPermissionRevokePayload::from(revoked.await.map(count))
    }
}
