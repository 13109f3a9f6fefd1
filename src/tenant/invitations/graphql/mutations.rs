//! Changes of invitations in the API.

use async_graphql::{Context, Object};

use super::super::{Invitation, InvitationId, service};
use super::InvitationNode;
use super::inputs::{InvitationAcceptInput, UserInviteInput};
use crate::ctx::Ctx;
use crate::error;
use crate::graphql::{CtxExt, Result};
use crate::tenant::users::graphql::UserNode;

crate::payload! {
    /// What `userInvite` answers.
    UserInvitePayload {
        /// The invitation. The mail goes out right after the answer.
        invitation: InvitationNode,
    }
}
crate::payload! {
    /// What `invitationResend` answers.
    InvitationResendPayload {
        /// The invitation with its new time.
        invitation: InvitationNode,
    }
}
crate::payload! {
    /// What `invitationRevoke` answers.
    InvitationRevokePayload {
        /// The invitation, which can't be accepted any more.
        invitation: InvitationNode,
    }
}
crate::payload! {
    /// What `invitationAccept` answers.
    InvitationAcceptPayload {
        /// The new user, who can sign in now.
        user: UserNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "InvitationMutation")]
impl Mutation {
    /// Invites somebody by mail to become a user. Owners only; open invitations take seats of the
    /// plan.
    async fn user_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to invite, as what.")] input: UserInviteInput,
    ) -> Result<UserInvitePayload> {
        let invited = service::create(ctx.app(), input.into()).await;
        UserInvitePayload::from(node(ctx.app(), invited))
    }

    /// Sends the mail again with a new link, and begins the time anew. The old link does not hold
    /// any more.
    async fn invitation_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation's id.")] id: InvitationId,
    ) -> Result<InvitationResendPayload> {
        InvitationResendPayload::from(node(ctx.app(), service::resend(ctx.app(), id).await))
    }

    /// Takes an invitation back: its link does not hold any more.
    async fn invitation_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation's id.")] id: InvitationId,
    ) -> Result<InvitationRevokePayload> {
        InvitationRevokePayload::from(node(ctx.app(), service::revoke(ctx.app(), id).await))
    }

    /// Accepts an invitation: makes you a user with a password of your own. Needs no access token.
    async fn invitation_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the mail, and who you are.")] input: InvitationAcceptInput,
    ) -> Result<InvitationAcceptPayload> {
        let user = service::accept(ctx.app(), input.into()).await;
        InvitationAcceptPayload::from(user.map(UserNode::from))
    }
}

fn node(ctx: &Ctx, result: error::Result<Invitation>) -> error::Result<InvitationNode> {
    result.map(|row| InvitationNode::new(row, ctx.now))
}
