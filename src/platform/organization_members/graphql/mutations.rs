//! Changes of members in the API.

use async_graphql::{Context, Object};

use super::super::{MemberId, service};
use super::OrganizationMemberNode;
use super::inputs::OrganizationMemberAddInput;
use crate::authz::OrganizationRole;
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `organizationMemberAdd` answers.
    OrganizationMemberAddPayload {
        /// The new member.
        organization_member: OrganizationMemberNode,
    }
}
crate::payload! {
    /// What `organizationMemberUpdateRole` answers.
    OrganizationMemberUpdateRolePayload {
        /// The member after the change.
        organization_member: OrganizationMemberNode,
    }
}
crate::payload! {
    /// What `organizationMemberRemove` answers.
    OrganizationMemberRemovePayload {
        /// The id of the membership that is gone.
        removed_organization_member_id: MemberId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "OrganizationMemberMutation")]
impl Mutation {
    /// Adds an operator to an organization. Its owners, and platform administrators.
    async fn organization_member_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and to which organization.")] input: OrganizationMemberAddInput,
    ) -> Result<OrganizationMemberAddPayload> {
        let added = service::add(ctx.app(), input.into()).await;
        OrganizationMemberAddPayload::from(added.map(OrganizationMemberNode::from))
    }

    /// Changes what a member is. What they have open in the organization's tenants goes on with
    /// the new role at once. The last owner stays one. Its owners, and platform administrators.
    async fn organization_member_update_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership's id.")] id: MemberId,
        #[graphql(desc = "What they are from now on.")] role: OrganizationRole,
    ) -> Result<OrganizationMemberUpdateRolePayload> {
        let changed = service::update_role(ctx.app(), id, role).await;
        OrganizationMemberUpdateRolePayload::from(changed.map(OrganizationMemberNode::from))
    }

    /// Takes a member from an organization, and ends what they have open in its tenants. The last
    /// owner stays. Its owners, platform administrators, and everybody for themselves.
    async fn organization_member_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership's id.")] id: MemberId,
    ) -> Result<OrganizationMemberRemovePayload> {
        OrganizationMemberRemovePayload::from(service::remove(ctx.app(), id).await)
    }
}
