//! Signing in and out, in the API.

mod delivery;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::DateTime as ChronoDateTime;

pub use delivery::TokenDelivery;

use super::service::{self, Account, Outcome, Target};
use crate::auth::Realm;
use crate::graphql::error::user_errors;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};
use crate::platform::operators::graphql::OperatorNode;
use crate::sessions::{SignIn, SignedIn};
use crate::tenant::second_factor::Proof;
use crate::tenant::users::graphql::UserNode;

/// Who wants to sign in. Give the address or the user name.
#[derive(InputObject)]
pub struct TokenCreateInput {
    /// The account's address.
    email: Option<String>,
    /// The account's user name.
    username: Option<String>,
    /// The account's password.
    password: String,
    /// On a platform host: the tenant to sign in to, by schema name (`acme` or `t_acme`); without
    /// it, operators sign in to the platform. On a tenant's host it may be left out.
    tenant: Option<String>,
    /// Where the tokens go.
    #[graphql(default)]
    delivery: TokenDelivery,
}

/// A refresh token to be replaced.
#[derive(InputObject)]
pub struct TokenRefreshInput {
    /// The newest refresh token of the session. It can be used once. When it is left out, it is
    /// the one in the cookie that `X-Taruvi-Session` names, and the next pair goes into cookies.
    refresh_token: Option<String>,
    /// On a platform host: the tenant it is of, as in `tokenCreate`.
    tenant: Option<String>,
}

/// The session to end.
#[derive(InputObject)]
pub struct TokenRevokeInput {
    /// Any refresh token of the session. When it is left out, it is the one in the cookie that
    /// `X-Taruvi-Session` names, and the cookies go.
    refresh_token: Option<String>,
    /// On a platform host: the tenant it is of, as in `tokenCreate`.
    tenant: Option<String>,
}

/// An access token to look at.
#[derive(InputObject)]
pub struct TokenVerifyInput {
    /// The token.
    access_token: String,
}

/// The second step of signing in. Give a code or a recovery code.
#[derive(InputObject)]
pub struct TokenCreateTotpInput {
    /// What `tokenCreate` answered.
    challenge: String,
    /// Six digits that the app shows.
    code: Option<String>,
    /// One of the codes on paper.
    recovery_code: Option<String>,
    /// On a platform host: the tenant, as in `tokenCreate`.
    tenant: Option<String>,
    /// Where the tokens go.
    #[graphql(default)]
    delivery: TokenDelivery,
}

/// What is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum SignInStep {
    /// Send a code with `tokenCreateTotp`. There are no tokens yet.
    TotpRequired,
    /// Set up a second factor with `totpEnroll` and `totpConfirm`. The tokens are good for nothing
    /// else until then.
    TotpEnrollmentRequired,
}

/// A pair of tokens.
#[derive(SimpleObject, Default)]
pub struct TokenCreatePayload {
    /// Goes into the header `Authorization: Bearer …` of every request. Null when it went into a
    /// cookie.
    access_token: Option<String>,
    /// Gets the next pair from `tokenRefresh`, once. Null when it went into a cookie.
    refresh_token: Option<String>,
    /// Seconds until the access token ends.
    expires_in: Option<i64>,
    /// The tenant's user who signed in.
    user: Option<UserNode>,
    /// The operator who signed in.
    operator: Option<OperatorNode>,
    /// What is still to be done; null when nothing is.
    next_step: Option<SignInStep>,
    /// Continues the sign-in with `tokenCreateTotp`, for five minutes and five tries.
    challenge: Option<String>,
    /// What to put right; empty when it worked. Wrong credentials are no user error: they answer
    /// with the code UNAUTHENTICATED in `errors`.
    user_errors: Vec<crate::graphql::error::UserError>,
}

impl From<SignedIn<Account>> for TokenCreatePayload {
    fn from(s: SignedIn<Account>) -> Self {
        let (user, operator) = match s.who {
            Account::User(user) => (Some(user.into()), None),
            Account::Operator(operator) => (None, Some(operator.into())),
        };
        Self {
            access_token: Some(s.access_token),
            refresh_token: Some(s.refresh_token),
            expires_in: Some(s.expires_in),
            user,
            operator,
            ..Self::default()
        }
    }
}

impl From<Outcome> for TokenCreatePayload {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::SignedIn(signed_in) => signed_in.into(),
            Outcome::MustEnroll(signed_in) => {
                let next_step = Some(SignInStep::TotpEnrollmentRequired);
                Self { next_step, ..signed_in.into() }
            }
            Outcome::NeedsTotp(challenge) => Self {
                next_step: Some(SignInStep::TotpRequired),
                challenge: Some(challenge.reveal().to_owned()),
                ..Self::default()
            },
        }
    }
}

/// The next pair of tokens.
#[derive(SimpleObject, Default)]
pub struct TokenRefreshPayload {
    /// Goes into the header `Authorization: Bearer …` of every request. Null when it went into a
    /// cookie.
    access_token: Option<String>,
    /// Gets the next pair, once. The old one does not hold any more: using it again ends the
    /// session. Null when it went into a cookie.
    refresh_token: Option<String>,
    /// Seconds until the access token ends.
    expires_in: Option<i64>,
    /// The tenant's user whose session it is.
    user: Option<UserNode>,
    /// The operator whose session it is.
    operator: Option<OperatorNode>,
    /// What to put right; empty when it worked.
    user_errors: Vec<crate::graphql::error::UserError>,
}

impl From<TokenCreatePayload> for TokenRefreshPayload {
    fn from(p: TokenCreatePayload) -> Self {
        Self {
            access_token: p.access_token,
            refresh_token: p.refresh_token,
            expires_in: p.expires_in,
            user: p.user,
            operator: p.operator,
            user_errors: p.user_errors,
        }
    }
}

/// What signing out answers.
#[derive(SimpleObject)]
pub struct TokenRevokePayload {
    /// Whether the session has ended.
    revoked: bool,
    /// What to put right; empty when it worked.
    user_errors: Vec<crate::graphql::error::UserError>,
}

/// Which kind of account a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum TokenRealm {
    /// A user of one tenant.
    Tenant,
    /// An operator of the platform.
    Platform,
}

/// What an access token is good for.
#[derive(SimpleObject, Default)]
pub struct TokenVerifyPayload {
    /// Whether it holds on this host now: signature, time, tenant, session and account.
    is_valid: bool,
    /// When it ends.
    expires_at: Option<DateTime>,
    /// Which kind of account it is for.
    realm: Option<TokenRealm>,
    /// What to put right; empty when it worked. A token that does not hold is no mistake.
    user_errors: Vec<crate::graphql::error::UserError>,
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "TokenMutation")]
impl Mutation {
    /// Signs in with a password; `nextStep` says when that is not all. Needs no token.
    async fn token_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to sign in.")] input: TokenCreateInput,
    ) -> Result<TokenCreatePayload> {
        let TokenCreateInput { email, username, password, tenant, delivery } = input;
        let signed_in = async {
            delivery.check(ctx.app())?;
            let with = SignIn { email, username, password };
            service::create(ctx.app(), Target { tenant }, with).await
        };
        Ok(delivery.deliver(ctx, answer(signed_in.await)?))
    }

    /// Finishes a sign-in by the second factor. Needs no token.
    async fn token_create_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge, and a code.")] input: TokenCreateTotpInput,
    ) -> Result<TokenCreatePayload> {
        let TokenCreateTotpInput { challenge, code, recovery_code, tenant, delivery } = input;
        let finished = async {
            delivery.check(ctx.app())?;
            let proof = Proof::of(code, recovery_code)?;
            service::create_with_totp(ctx.app(), Target { tenant }, &challenge, proof).await
        };
        Ok(delivery.deliver(ctx, answer(finished.await)?))
    }

    /// Replaces the pair of tokens by a new one. Needs no access token.
    async fn token_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: TokenRefreshInput,
    ) -> Result<TokenRefreshPayload> {
        let target = Target { tenant: input.tenant };
        let refreshed = async {
            let (token, delivery) = delivery::shown(ctx.app(), input.refresh_token)?;
            Ok((service::refresh(ctx.app(), target, &token).await?, delivery))
        };
        match refreshed.await {
            Ok((next, delivery)) => Ok(delivery.deliver(ctx, next.into()).into()),
            Err(e) => {
                delivery::take_away(ctx, &e);
                answer(Err::<Outcome, _>(e)).map(Into::into)
            }
        }
    }

    /// Signs out: ends the session, whose access tokens do not hold any more from this moment on.
    /// Needs no access token.
    async fn token_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's refresh token.")] input: TokenRevokeInput,
    ) -> Result<TokenRevokePayload> {
        let target = Target { tenant: input.tenant };
        let revoked = async {
            let (token, delivery) = delivery::shown(ctx.app(), input.refresh_token)?;
            delivery.forget(ctx);
            service::revoke(ctx.app(), target, &token).await
        };
        Ok(match revoked.await {
            Ok(()) => TokenRevokePayload { revoked: true, user_errors: vec![] },
            Err(e) => TokenRevokePayload { revoked: false, user_errors: user_errors(e)? },
        })
    }

    /// Says whether an access token holds here and now. A mutation, so that no token ever stands
    /// in a URL.
    async fn token_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to look at.")] input: TokenVerifyInput,
    ) -> Result<TokenVerifyPayload> {
        let Some(identity) = service::verify(ctx.app(), &input.access_token).await? else {
            return Ok(TokenVerifyPayload::default());
        };
        Ok(TokenVerifyPayload {
            is_valid: true,
            expires_at: ChronoDateTime::from_timestamp(identity.expires_at, 0).map(Into::into),
            realm: Some(match identity.realm {
                Realm::Tenant => TokenRealm::Tenant,
                Realm::Platform => TokenRealm::Platform,
            }),
            user_errors: vec![],
        })
    }
}

pub(in crate::platform) fn answer(
    result: crate::error::Result<impl Into<TokenCreatePayload>>,
) -> Result<TokenCreatePayload> {
    Ok(match result {
        Ok(outcome) => outcome.into(),
        Err(e) => TokenCreatePayload { user_errors: user_errors(e)?, ..Default::default() },
    })
}
