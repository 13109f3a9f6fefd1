//! Identities in the API. How they come about is in the mutations of the sign-in.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::{Identity, UserIdentityId, service};
use crate::base::ids::UserId;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};
use crate::tenant::identity_providers::graphql::SignInProviderNode;

/// An account's identity at a sign-in provider: whoever shows it there may come in here.
#[derive(SimpleObject)]
#[graphql(name = "UserIdentity")]
pub struct UserIdentityNode {
    /// Global id.
    id: ID,
    /// The provider.
    provider: SignInProviderNode,
    /// Who it is at the provider, in the provider's own words.
    subject: String,
    /// The address that the provider last told; the account's may be another.
    email: Option<String>,
    /// When it was first used here.
    created_at: DateTime,
    /// When it was last used here.
    last_used_at: DateTime,
}

impl From<Identity> for UserIdentityNode {
    fn from(Identity { identity, provider }: Identity) -> Self {
        Self {
            id: identity.id.into(),
            provider: SignInProviderNode::new(identity.provider_id, provider),
            subject: identity.subject,
            email: identity.email,
            created_at: identity.created_at.into(),
            last_used_at: identity.last_used_at.into(),
        }
    }
}

crate::payload! {
    /// What `userIdentityRemove` answers.
    UserIdentityRemovePayload {
        /// The id of the identity that is gone.
        removed_user_identity_id: UserIdentityId,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "UserIdentityQuery")]
impl Query {
    /// Your identities at sign-in providers, the oldest first.
    async fn viewer_identities(&self, ctx: &Context<'_>) -> Result<Vec<UserIdentityNode>> {
        let own = service::own(ctx.app()).await?;
        Ok(own.into_iter().map(Into::into).collect())
    }

    /// A user's identities at sign-in providers, the oldest first. Owners only.
    async fn user_identities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: UserId,
    ) -> Result<Vec<UserIdentityNode>> {
        let theirs = service::of_user(ctx.app(), user_id).await?;
        Ok(theirs.into_iter().map(Into::into).collect())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "UserIdentityMutation")]
impl Mutation {
    /// Takes an identity away: your own, unless it is the only way into your account, or as an
    /// owner that of another. Sessions that were opened through its provider end at once.
    async fn user_identity_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identity's id.")] id: UserIdentityId,
    ) -> Result<UserIdentityRemovePayload> {
        UserIdentityRemovePayload::from(service::remove(ctx.app(), id).await)
    }
}
