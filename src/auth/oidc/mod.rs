//! OpenID Connect, from the side of who relies on it: a provider's documents and keys, the way to
//! its page, and what its tokens say. Which providers there are, and whose account somebody's
//! identity opens, is decided by the slices.

mod claims;
mod exchange;
mod issuer;
mod issuers;

use std::fmt;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken, IdTokenClaims,
    IdTokenFields, StandardErrorResponse, StandardTokenResponse,
};
use uuid::Uuid;

use self::claims::MoreClaims;
use crate::outbound;

pub use claims::Claims;
pub use exchange::{Asked, Returned};
pub use issuer::{Facts, Issuer};
pub use issuers::Issuers;

/// No document of a provider, and no answer with a token, is longer.
const MAX_BYTES: usize = 256 << 10;

/// How we are known to a provider.
#[derive(Clone)]
pub struct Registration {
    pub issuer: String,
    pub client_id: String,
    /// None for a public client.
    pub client_secret: Option<String>,
}

/// Shows no secret.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registration({} at {})", self.client_id, self.issuer)
    }
}

/// A tenant's provider as it is set up now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub tenant: Uuid,
    pub provider: Uuid,
    pub version: i32,
}

/// Why there are no claims. The texts are for the log, and for those who set the provider up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The provider is not there, or does not do its part.
    #[error("{0}")]
    Provider(String),
    /// What somebody came back with does not hold.
    #[error("{0}")]
    Refused(String),
}

/// Nothing longer is told of what a provider has answered.
const MAX_TOLD: usize = 200;

impl Failure {
    fn provider(why: impl fmt::Display) -> Self {
        Self::Provider(told(why))
    }

    fn refused(why: impl fmt::Display) -> Self {
        Self::Refused(told(why))
    }
}

/// A provider may answer anything.
fn told(text: impl fmt::Display) -> String {
    text.to_string().chars().filter(|c| !c.is_control()).take(MAX_TOLD).collect()
}

/// The client of the library, for the claims that we read.
type Client = openidconnect::Client<
    MoreClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<TokenFields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
type TokenFields = IdTokenFields<
    MoreClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Token = IdToken<
    MoreClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type TokenClaims = IdTokenClaims<MoreClaims, CoreGenderClaim>;

/// What the library sends its requests with.
fn sender(
    outbound: &outbound::Outbound,
) -> impl Fn(
    openidconnect::HttpRequest,
) -> futures_util::future::BoxFuture<
    'static,
    Result<openidconnect::HttpResponse, outbound::Failure>,
> + Send
+ Sync
+ use<> {
    let outbound = outbound.clone();
    move |request| {
        let outbound = outbound.clone();
        Box::pin(async move { outbound.send(request, MAX_BYTES).await })
    }
}
