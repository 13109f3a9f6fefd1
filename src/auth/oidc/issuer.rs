//! What is known of a provider: its document and its keys.

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreClientAuthMethod, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthType, ClientId, ClientSecret, DiscoveryError, IssuerUrl, JsonWebKeySet, JwsSigningAlgorithm,
};
use parking_lot::Mutex;

use super::{Client, Failure, Registration, sender};
use crate::outbound::{self, Outbound};

/// Keys are not asked for again before that.
const PAUSE: TimeDelta = TimeDelta::seconds(60);

/// A provider's document, and its keys.
pub struct Issuer {
    metadata: CoreProviderMetadata,
    /// When the keys were last asked for beyond the first time.
    renewed_at: Mutex<Option<DateTime<Utc>>>,
    /// One renews at a time; who waits finds the new keys.
    pub(super) renewing: tokio::sync::Mutex<()>,
}

/// What can be told of a provider that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub authorization_endpoint: String,
    pub keys: usize,
}

impl Issuer {
    /// Asks the provider for its document and keys, and looks whether they are good for something.
    pub(super) async fn fetch(outbound: &Outbound, issuer: &str) -> Result<Self, Failure> {
        let url = IssuerUrl::new(issuer.to_owned())
            .map_err(|_| Failure::provider("the issuer is no URL"))?;
        let found = CoreProviderMetadata::discover_async(url, &sender(outbound)).await;
        Self::checked(outbound, found.map_err(explained)?, None)
    }

    fn checked(
        outbound: &Outbound,
        metadata: CoreProviderMetadata,
        renewed_at: Option<DateTime<Utc>>,
    ) -> Result<Self, Failure> {
        // A browser goes there: it may lead to a page, and not to a script.
        let page = metadata.authorization_endpoint().url();
        if let Err(why @ outbound::Failure::NotAllowed(_)) = outbound.check(page) {
            return Err(Failure::provider(format_args!("the authorization_endpoint {why}")));
        }
        if metadata.token_endpoint().is_none() {
            return Err(Failure::provider("the document names no token_endpoint"));
        }
        if metadata.jwks().keys().is_empty() {
            return Err(Failure::provider("there is no key at jwks_uri that can be used"));
        }
        let issuer =
            Self { metadata, renewed_at: Mutex::new(renewed_at), renewing: <_>::default() };
        if issuer.algorithms().is_empty() {
            let why = "ID tokens are signed with none of RS256 to PS512, ES256, ES384 and EdDSA";
            return Err(Failure::provider(why));
        }
        Ok(issuer)
    }

    /// The same with the keys of today; `None` when they were asked for a moment ago.
    pub(super) async fn renewed(
        &self,
        outbound: &Outbound,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, Failure> {
        {
            let mut last = self.renewed_at.lock();
            if last.is_some_and(|last| now - last < PAUSE) {
                return Ok(None);
            }
            *last = Some(now);
        }
        let keys: Result<CoreJsonWebKeySet, _> =
            JsonWebKeySet::fetch_async(self.metadata.jwks_uri(), &sender(outbound)).await;
        let metadata = self.metadata.clone().set_jwks(keys.map_err(explained)?);
        Self::checked(outbound, metadata, Some(now)).map(Some)
    }

    /// The algorithms that the provider signs with and that anybody can verify. Shared secrets are
    /// none: whoever could verify with one could sign with it.
    pub(super) fn algorithms(&self) -> Vec<CoreJwsSigningAlgorithm> {
        let all = self.metadata.id_token_signing_alg_values_supported().iter();
        let public =
            |alg: &&CoreJwsSigningAlgorithm| alg.key_type().is_some() && !alg.uses_shared_secret();
        all.filter(public).cloned().collect()
    }

    /// The library's client for this provider.
    pub(super) fn client(&self, us: &Registration) -> Client {
        let id = ClientId::new(us.client_id.clone());
        let secret = us.client_secret.clone().map(ClientSecret::new);
        let client = Client::from_provider_metadata(self.metadata.clone(), id, secret);
        let methods = self.metadata.token_endpoint_auth_methods_supported();
        let only_in_body = methods.is_some_and(|all| {
            !all.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && all.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        client.set_auth_type(match only_in_body {
            true => AuthType::RequestBody,
            false => AuthType::BasicAuth,
        })
    }

    pub fn facts(&self) -> Facts {
        Facts {
            authorization_endpoint: self.metadata.authorization_endpoint().to_string(),
            keys: self.metadata.jwks().keys().len(),
        }
    }
}

/// What went wrong with a document.
fn explained(error: DiscoveryError<outbound::Failure>) -> Failure {
    match error {
        DiscoveryError::Request(why) => Failure::provider(format_args!("the issuer {why}")),
        DiscoveryError::Response(_, _, why) | DiscoveryError::Validation(why) => {
            Failure::provider(why)
        }
        DiscoveryError::Parse(why) => {
            Failure::provider(format_args!("the document can't be read: {why}"))
        }
        other => Failure::provider(other),
    }
}
