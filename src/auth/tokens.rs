//! Access tokens: what they say, how they are signed, and everything that makes one refused.
//! The keys are in `keys`; refresh tokens, which say nothing, are in `refresh`.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use super::keys::{Kept, KeyRing};
use super::{Identity, Realm, Reason, Refused};
use crate::error::{AppError, Result};

const MAX_BYTES: usize = 4096;
const MAX_LEEWAY: Duration = Duration::from_secs(5);
const ACCESS: &str = "access";
/// What an API key was exchanged for.
const CLIENT: &str = "client";
/// The longest life of a token with which somebody acts in another's place, in seconds.
const MAX_ACTING: i64 = 3600;
/// Tokens remembered, of some 600 bytes each.
const MAX_SEEN: u64 = 10_000;

/// Issues access tokens and verifies them.
#[derive(Debug)]
pub struct Tokens {
    configured: KeyRing,
    /// With the keys of rotations.
    keys: RwLock<Arc<KeyRing>>,
    issuer: String,
    audience: String,
    ttl: i64,
    leeway: i64,
    /// Tokens whose signature and purpose hold, which never changes: one comes many times.
    seen: Cache<Box<str>, Seen>,
}

/// What is known of a token that came before. Only time and the end of its key can still end it.
#[derive(Debug, Clone)]
struct Seen {
    kid: Box<str>,
    identity: Identity,
    iat: i64,
    nbf: i64,
}

/// How this installation's access tokens are written.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    pub issuer: String,
    pub audience: String,
    /// How long a token lives; also the longest life of any token accepted.
    pub ttl: Duration,
    /// By how much clocks may differ: at most 5 seconds.
    pub leeway: Duration,
}

/// For whom a token is issued.
#[derive(Debug, Clone)]
pub struct NewAccess {
    pub realm: Realm,
    /// Needed in the realm of tenants, and only there.
    pub tenant: Option<Uuid>,
    pub subject: Uuid,
    pub session: Uuid,
    pub scope: String,
}

impl Tokens {
    /// Fails when the settings could not work or would not be safe.
    pub fn new(keys: KeyRing, settings: TokenSettings) -> Result<Self> {
        let TokenSettings { issuer, audience, ttl, leeway } = settings;
        if issuer.is_empty() || audience.is_empty() {
            return Err(AppError::internal("tokens need an issuer and an audience"));
        }
        if leeway > MAX_LEEWAY {
            return Err(AppError::internal("the leeway of tokens is at most 5 s"));
        }
        let ttl = i64::try_from(ttl.as_secs()).unwrap_or_default();
        if ttl == 0 {
            return Err(AppError::internal("tokens must live at least 1 s"));
        }
        let seen = Cache::new(MAX_SEEN);
        let (configured, keys) = (keys.clone(), RwLock::new(Arc::new(keys)));
        let leeway = leeway.as_secs().cast_signed();
        Ok(Self { configured, keys, issuer, audience, ttl, leeway, seen })
    }

    /// The token and when it expires (Unix seconds).
    pub fn issue(&self, who: &NewAccess, now: i64) -> Result<(String, i64)> {
        self.sign(who, ACCESS, self.ttl, now)
    }

    /// The same for a program, whose key stands for the session; it lives `seconds` at most.
    pub fn issue_to_client(
        &self,
        who: &NewAccess,
        seconds: i64,
        now: i64,
    ) -> Result<(String, i64)> {
        self.sign(who, CLIENT, seconds.min(self.ttl), now)
    }

    /// The same for somebody who acts in the subject's place, for so many seconds: an hour at most.
    pub fn issue_acting(
        &self,
        who: &NewAccess,
        actor: Uuid,
        seconds: i64,
        now: i64,
    ) -> Result<(String, i64)> {
        self.sign_as(who, ACCESS, Some(actor), seconds.min(MAX_ACTING), now)
    }

    fn sign(
        &self,
        who: &NewAccess,
        token_use: &str,
        seconds: i64,
        now: i64,
    ) -> Result<(String, i64)> {
        self.sign_as(who, token_use, None, seconds, now)
    }

    fn sign_as(
        &self,
        who: &NewAccess,
        token_use: &str,
        actor: Option<Uuid>,
        seconds: i64,
        now: i64,
    ) -> Result<(String, i64)> {
        if who.tenant.is_some() != (who.realm == Realm::Tenant) {
            return Err(AppError::internal("a token's tenant does not fit its realm"));
        }
        let expires_at = now.saturating_add(seconds);
        let keys = self.keys();
        let key = keys.signing(now).ok_or_else(|| AppError::internal("no key signs now"))?;
        let token = key.sign(&Claims {
            iss: Cow::Borrowed(&self.issuer),
            aud: Cow::Borrowed(&self.audience),
            sub: who.subject,
            tenant: who.tenant,
            realm: who.realm,
            sid: who.session,
            jti: new_id(now),
            iat: now,
            nbf: now,
            exp: expires_at,
            scope: Some(Cow::Borrowed(&who.scope)),
            token_use: Cow::Borrowed(token_use),
            act: actor.map(|sub| Act { sub }),
        })?;
        if token.len() > MAX_BYTES {
            return Err(AppError::internal("the token would be too long to be accepted"));
        }
        Ok((token, expires_at))
    }

    /// Who bears this token, if it is one of ours and valid now (Unix seconds).
    pub fn verify(&self, token: &str, now: i64) -> Result<Identity, Refused> {
        if let Some(seen) = self.seen.get(token) {
            // Its key may have been taken out since.
            self.keys().find(&seen.kid, now).ok_or(Reason::UnknownKey)?;
            self.check_times(&seen, now)?;
            return Ok(seen.identity);
        }
        let (kid, payload) = self.signed_payload(token, now)?;
        let claims: Claims = object(&payload).ok_or(Reason::Claims)?;
        self.check_purpose(&claims)?;
        let identity = Identity {
            realm: claims.realm,
            tenant: claims.tenant,
            subject: claims.sub,
            session: claims.sid,
            expires_at: claims.exp,
            actor: claims.act.map(|act| act.sub),
            client: (claims.token_use == CLIENT)
                .then(|| claims.scope.as_deref().unwrap_or_default().into()),
        };
        let (iat, nbf) = (claims.iat, claims.nbf);
        let seen = Seen { kid, identity, iat, nbf };
        self.check_times(&seen, now)?;
        self.seen.insert(token.into(), seen.clone());
        Ok(seen.identity)
    }

    /// The keys in use, e.g. to publish the public ones.
    pub fn keys(&self) -> Arc<KeyRing> {
        self.keys.read().clone()
    }

    /// The configured keys alone.
    pub const fn configured(&self) -> &KeyRing {
        &self.configured
    }

    /// Uses the keys of rotations from now on, beside the configured ones that they do not end.
    pub fn rotate(&self, kept: Vec<Kept>) -> Result<()> {
        let ring = self.configured.clone().rotated(kept)?;
        *self.keys.write() = Arc::new(ring);
        Ok(())
    }

    /// For how long, in seconds, a token may still come after the last one was signed.
    pub const fn longest_life(&self) -> i64 {
        let longest = if self.ttl > MAX_ACTING { self.ttl } else { MAX_ACTING };
        longest.saturating_add(self.leeway)
    }

    /// The key's id and the payload, once the signature holds. Nothing of it is looked at before.
    fn signed_payload(&self, token: &str, now: i64) -> Result<(Box<str>, Vec<u8>), Reason> {
        if token.len() > MAX_BYTES {
            return Err(Reason::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Reason::Shape)?;
        let (header, payload) = message.split_once('.').ok_or(Reason::Shape)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Reason::Shape)?;
        // A dot more than two fails here: it is not in the alphabet.
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Reason::Shape)?;
        let header: Header = object(&header).ok_or(Reason::Header)?;
        if header.typ != "JWT" {
            return Err(Reason::Header);
        }
        let keys = self.keys();
        let key = keys.find(&header.kid, now).ok_or(Reason::UnknownKey)?;
        if header.alg != key.algorithm() {
            return Err(Reason::Algorithm);
        }
        if !key.verify(message, signature) {
            return Err(Reason::Signature);
        }
        Ok((header.kid.into(), payload))
    }

    fn check_purpose(&self, claims: &Claims) -> Result<(), Reason> {
        let refused = [
            (![ACCESS, CLIENT].contains(&&*claims.token_use), Reason::Use),
            (claims.token_use == CLIENT && claims.realm != Realm::Tenant, Reason::Use),
            (claims.iss != self.issuer, Reason::Issuer),
            (claims.aud != self.audience, Reason::Audience),
            (claims.tenant.is_some() != (claims.realm == Realm::Tenant), Reason::Tenant),
        ];
        refused.into_iter().find(|(refused, _)| *refused).map_or(Ok(()), |(_, why)| Err(why))
    }

    fn check_times(&self, token: &Seen, now: i64) -> Result<(), Reason> {
        let Seen { identity: Identity { expires_at, actor, .. }, iat, nbf, .. } = token;
        let (expires_at, iat, nbf) = (*expires_at, *iat, *nbf);
        let longest = if actor.is_some() { MAX_ACTING.max(self.ttl) } else { self.ttl };
        let latest = now.saturating_add(self.leeway);
        let lifetime = expires_at.saturating_sub(iat);
        let refused = [
            (iat > latest, Reason::Lifetime),
            (lifetime <= 0 || lifetime > longest.saturating_add(self.leeway), Reason::Lifetime),
            (nbf > latest, Reason::NotYetValid),
            (expires_at.saturating_add(self.leeway) <= now, Reason::Expired),
        ];
        refused.into_iter().find(|(refused, _)| *refused).map_or(Ok(()), |(_, why)| Err(why))
    }
}

/// The token in the request's Authorization headers (all of them); `None` if there is no such
/// header. Refuses two headers, two tokens, no token, and every scheme but `Bearer`.
pub fn bearer<'a>(headers: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<&'a str>, Refused> {
    let mut headers = headers.into_iter();
    let Some(header) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(Reason::Authorization.into());
    }
    let (scheme, token) = str::from_utf8(header)
        .ok()
        .and_then(|header| header.split_once(' '))
        .ok_or(Reason::Authorization)?;
    let token = token.trim_start_matches(' ');
    if !scheme.eq_ignore_ascii_case("bearer") || !is_token68(token) {
        return Err(Reason::Authorization.into());
    }
    Ok(Some(token))
}

/// All that may be in a header; another member (`jwk`, `jku`, `x5c`, `crit`, …) refuses it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    kid: Cow<'a, str>,
    #[serde(borrow)]
    typ: Cow<'a, str>,
}

/// Every claim but `tenant`, `scope` and `act` must be there, once, and of this type.
#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    #[serde(borrow)]
    iss: Cow<'a, str>,
    #[serde(borrow)]
    aud: Cow<'a, str>,
    sub: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Uuid>,
    realm: Realm,
    sid: Uuid,
    jti: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(borrow)]
    scope: Option<Cow<'a, str>>,
    #[serde(borrow)]
    token_use: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
}

/// Who acts in the subject's place.
#[derive(Serialize, Deserialize)]
struct Act {
    sub: Uuid,
}

/// Reads a JSON object. Serde alone would also take an array of the values in order.
fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    json.starts_with(b"{").then(|| serde_json::from_slice(json).ok()).flatten()
}

fn is_token68(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    let known = |c: u8| c.is_ascii_alphanumeric() || b"-._~+/".contains(&c);
    !body.is_empty() && body.bytes().all(known)
}

/// A UUIDv7 at the time given, not at the system clock's.
fn new_id(now: i64) -> Uuid {
    let millis = u64::try_from(now).unwrap_or_default().saturating_mul(1000);
    Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}
