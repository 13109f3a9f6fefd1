//! To a provider's page, and from what somebody comes back with to their claims.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AuthorizationCode, ClaimsVerificationError, CsrfToken, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, SubjectIdentifier, TokenResponse,
    UserInfoClaims,
};

use super::{
    Claims, Client, Failure, Issuer, Issuers, Key, MoreClaims, Registration, Token, TokenClaims,
    sender,
};
use crate::outbound;

/// How far a provider's clock may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// What somebody is sent to a provider with.
#[derive(Debug, Clone)]
pub struct Asked {
    pub redirect_uri: String,
    pub state: String,
    pub nonce: String,
    /// The secret of RFC 7636, of which the provider gets the hash.
    pub verifier: String,
    pub scopes: Vec<String>,
}

/// What they came back with, and what they were sent with.
#[derive(Debug, Clone)]
pub struct Returned {
    pub code: String,
    pub redirect_uri: String,
    pub nonce: String,
    pub verifier: String,
}

impl Issuers {
    /// The provider's page on which to sign in, with the question in its address.
    pub async fn page(&self, key: Key, us: &Registration, asked: Asked) -> Result<String, Failure> {
        let client = self.get(key, &us.issuer).await?.client(us);
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(asked.verifier));
        let (state, nonce) = (CsrfToken::new(asked.state), Nonce::new(asked.nonce));
        let redirect = redirect(asked.redirect_uri)?;
        // The library asks for `openid` itself.
        let scopes = asked.scopes.into_iter().filter(|scope| scope != "openid").map(Scope::new);
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, ..) = client
            .authorize_url(flow, move || state, move || nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .set_redirect_uri(Cow::Owned(redirect))
            .url();
        Ok(url.into())
    }

    /// Exchanges the code for tokens, and reads what the ID token says, once it is found good.
    pub async fn claims(
        &self,
        key: Key,
        us: &Registration,
        back: Returned,
        now: DateTime<Utc>,
    ) -> Result<Claims, Failure> {
        let issuer = self.get(key, &us.issuer).await?;
        let client = issuer.client(us);
        let answer = client
            .exchange_code(AuthorizationCode::new(back.code))
            .map_err(Failure::provider)?
            .set_pkce_verifier(PkceCodeVerifier::new(back.verifier))
            .set_redirect_uri(Cow::Owned(redirect(back.redirect_uri)?))
            .request_async(&sender(&self.outbound))
            .await
            .map_err(explained)?;
        let token = answer.id_token().ok_or_else(|| Failure::provider("there is no ID token"))?;
        let nonce = Nonce::new(back.nonce);
        let mut verified = verify(&issuer, us, token, &nonce, now).await?;
        if verified.as_ref().is_err_and(may_be_of_new_key)
            && let Some(renewed) = self.renewed(key, &issuer, now).await?
        {
            verified = verify(&renewed, us, token, &nonce, now).await?;
        }
        let verified = verified.map_err(|e| Failure::refused(reason(&e)))?;
        let mut claims = Claims::from(&verified);
        if claims.email.is_none() {
            let more = self.user_info(&client, answer.access_token(), verified.subject()).await;
            if let Some(more) = more {
                claims.completed(&more);
            }
        }
        Ok(claims)
    }

    /// What the provider tells beside the ID token, where many keep the address. Whoever is known
    /// by their subject can do without.
    async fn user_info(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Option<UserInfoClaims<MoreClaims, CoreGenderClaim>> {
        let request = client.user_info(token.clone(), Some(subject.clone())).ok()?;
        let told = request.request_async(&sender(&self.outbound)).await;
        told.inspect_err(|e| tracing::warn!(error = ?e, "a provider's user info can't be read"))
            .ok()
    }
}

/// Looks at signature, issuer, audience, times and nonce. Arithmetic on large numbers does not
/// belong among the requests. The outer failure is a bug of ours.
async fn verify(
    issuer: &Arc<Issuer>,
    us: &Registration,
    token: &Token,
    nonce: &Nonce,
    now: DateTime<Utc>,
) -> Result<Result<TokenClaims, ClaimsVerificationError>, Failure> {
    let (client, algorithms) = (issuer.client(us), issuer.algorithms());
    let (token, nonce) = (token.clone(), nonce.clone());
    let work = move || verified(&client, algorithms, token, &nonce, now);
    tokio::task::spawn_blocking(work).await.map_err(Failure::provider)
}

fn verified(
    client: &Client,
    algorithms: Vec<CoreJwsSigningAlgorithm>,
    token: Token,
    nonce: &Nonce,
    now: DateTime<Utc>,
) -> Result<TokenClaims, ClaimsVerificationError> {
    let in_time = move |issued: DateTime<Utc>| match issued - now > AHEAD {
        true => Err("issued in the future".to_owned()),
        false => Ok(()),
    };
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(algorithms)
        .set_time_fn(move || now)
        .set_issue_time_verifier_fn(in_time);
    let claims = token.into_claims(&verifier, nonce)?;
    // The library leaves this to us: a token that was made out to another of the provider's
    // clients is none for this one, even if it names this one too.
    match claims.authorized_party() {
        Some(party) if party != client.client_id() => {
            let why = "the authorized party is somebody else";
            Err(ClaimsVerificationError::InvalidAudience(why.to_owned()))
        }
        _ => Ok(claims),
    }
}

/// Whether the provider may have other keys than we know.
fn may_be_of_new_key(error: &ClaimsVerificationError) -> bool {
    use SignatureVerificationError::{CryptoError, NoMatchingKey};
    matches!(error, ClaimsVerificationError::SignatureVerification(NoMatchingKey | CryptoError(_)))
}

fn reason(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::SignatureVerification(why) => format!("ID token: {why}"),
        other => format!("ID token: {other}"),
    }
}

fn redirect(uri: String) -> Result<RedirectUrl, Failure> {
    RedirectUrl::new(uri).map_err(|_| Failure::refused("the redirect URI is no URL"))
}

/// Whether the code was refused, or we.
fn explained(
    error: RequestTokenError<outbound::Failure, StandardErrorResponse<CoreErrorResponseType>>,
) -> Failure {
    match error {
        RequestTokenError::ServerResponse(why) => match why.error() {
            CoreErrorResponseType::InvalidGrant => {
                Failure::refused("the provider refuses the code")
            }
            _ => Failure::provider(format_args!("the token_endpoint answers {why}")),
        },
        RequestTokenError::Request(why) => {
            Failure::provider(format_args!("the token_endpoint {why}"))
        }
        RequestTokenError::Parse(why, _) => {
            Failure::provider(format_args!("the token_endpoint's answer can't be read: {why}"))
        }
        RequestTokenError::Other(why) => {
            Failure::provider(format_args!("the token_endpoint: {why}"))
        }
    }
}
