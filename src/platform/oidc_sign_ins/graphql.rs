//! Signing in with a provider, in the API.

use async_graphql::{Context, InputObject, Object};

use super::service;
use crate::graphql::{CtxExt, Result};
use crate::platform::tokens::graphql::{TokenCreatePayload, TokenDelivery, answer};
use crate::platform::tokens::service::Target;
use crate::tenant::identity_providers::IdentityProviderId;
use crate::tenant::identity_providers::graphql::SignInProviderNode;
use crate::tenant::identity_providers::sign_in::Shown;

/// Who wants to be sent to which provider.
#[derive(InputObject)]
pub struct OidcSignInStartInput {
    /// One of `signInProviders`.
    provider_id: IdentityProviderId,
    /// The page to come back to, as it is registered with the provider: on a host of the tenant, or
    /// of an origin that it allows.
    redirect_uri: String,
    /// On a platform host: the tenant to sign in to, as in `tokenCreate`.
    tenant: Option<String>,
}

/// What somebody comes back from a provider with.
#[derive(InputObject)]
pub struct OidcSignInFinishInput {
    /// `state` of the address that the provider has sent the browser to.
    state: String,
    /// `code` of the same address.
    code: String,
    /// What `oidcSignInStart` answered, and the page has kept to itself since.
    binding: String,
    /// On a platform host: the tenant, as in `tokenCreate`.
    tenant: Option<String>,
    /// Where the tokens go.
    #[graphql(default)]
    delivery: TokenDelivery,
}

crate::payload! {
    /// What `oidcSignInStart` answers.
    OidcSignInStartPayload {
        /// The provider's page: send the browser there.
        authorization_url: String,
        /// Comes back with the browser; the same as in the URL.
        state: String,
        /// For `oidcSignInFinish`. Keep it in the page (`sessionStorage`), and tell it nobody else:
        /// it shows that the same browser has begun the sign-in.
        binding: String,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "OidcSignInQuery")]
impl Query {
    /// The providers that people may sign in with, by name, for the buttons of a sign-in page.
    /// Needs no token.
    async fn sign_in_providers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On a platform host: the tenant, as in `tokenCreate`.")] tenant: Option<
            String,
        >,
    ) -> Result<Vec<SignInProviderNode>> {
        let all = service::buttons(ctx.app(), Target { tenant }).await?;
        Ok(all.into_iter().map(|(id, name)| SignInProviderNode::new(id, name)).collect())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "OidcSignInMutation")]
impl Mutation {
    /// Begins a sign-in with a provider (OpenID Connect): where to send the browser. Needs no
    /// token. Finish it within ten minutes.
    async fn oidc_sign_in_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider, and where to come back to.")] input: OidcSignInStartInput,
    ) -> Result<OidcSignInStartPayload> {
        let OidcSignInStartInput { provider_id, redirect_uri, tenant } = input;
        // Boxed, since what it waits for is large, and every operation would have room for it.
        let started = service::start(ctx.app(), Target { tenant }, provider_id, &redirect_uri);
        let started = Box::pin(started).await.map(|started| {
            let revealed = |token: crate::auth::once::OnceToken| token.reveal().to_owned();
            (started.page, revealed(started.state), revealed(started.binding))
        });
        OidcSignInStartPayload::from(started)
    }

    /// Finishes a sign-in with a provider, once: a pair of tokens, as `tokenCreate` answers them;
    /// `nextStep` says when that is not all. Needs no token. What does not hold answers with the
    /// code UNAUTHENTICATED, a provider that does not do its part with UNAVAILABLE.
    async fn oidc_sign_in_finish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the browser has come back with.")] input: OidcSignInFinishInput,
    ) -> Result<TokenCreatePayload> {
        let OidcSignInFinishInput { state, code, binding, tenant, delivery } = input;
        let finished = async {
            delivery.check(ctx.app())?;
            let shown = Shown { state, code, binding };
            service::finish(ctx.app(), Target { tenant }, shown).await
        };
        Ok(delivery.deliver(ctx, answer(Box::pin(finished).await)?))
    }
}
