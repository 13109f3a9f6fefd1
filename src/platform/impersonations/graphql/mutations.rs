//! Beginning and ending impersonations in the API.

use async_graphql::{Context, Object};

use super::super::{ImpersonationId, service};
use super::ImpersonationNode;
use super::inputs::ImpersonationStartInput;
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `impersonationStart` answers.
    ImpersonationStartPayload {
        /// Goes into the header `Authorization: Bearer …` of every request to the tenant's host.
        access_token: String,
        /// Seconds until it is over. There is no refresh token.
        expires_in: i64,
        /// What has begun.
        impersonation: ImpersonationNode,
    }
}
crate::payload! {
    /// What `impersonationEnd` answers.
    ImpersonationEndPayload {
        /// What has ended.
        impersonation: ImpersonationNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "ImpersonationMutation")]
impl Mutation {
    /// Opens a session in the place of a tenant's user, with a reason that the tenant can read. It
    /// can't be used to change the account, nor people, keys or settings of the tenant. It is over
    /// in time, and at once when you sign out or are no administrator any more. Platform
    /// administrators only.
    async fn impersonation_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and why.")] input: ImpersonationStartInput,
    ) -> Result<ImpersonationStartPayload> {
        let begun = service::start(ctx.app(), input.into()).await;
        ImpersonationStartPayload::from(
            begun.map(|b| {
                (b.token.text, b.token.expires_in, ImpersonationNode::from(b.impersonation))
            }),
        )
    }

    /// Ends an impersonation: platform administrators any, and with the token of an impersonation
    /// that one.
    async fn impersonation_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The impersonation's id.")] id: ImpersonationId,
    ) -> Result<ImpersonationEndPayload> {
        ImpersonationEndPayload::from(service::end(ctx.app(), id).await.map(Into::into))
    }
}
