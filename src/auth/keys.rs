//! The keys that sign access tokens: from a secret, from PEM files, made for development, or made
//! by a rotation.
//! What the tokens say is in `tokens`.

use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto};
use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{AppError, Result};

const SECRET_BYTES: usize = 32;
/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410, section 7).
const ED25519_PKCS8: &[u8] =
    &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The keys we know. Of those whose time has come the newest signs; all verify until their end.
/// Configured keys come first, and have all time unless a row of the database ends them; rotated
/// ones have their own.
#[derive(Debug, Clone)]
pub struct KeyRing {
    keys: Vec<Entry>,
}

/// A key and its time, in Unix seconds.
#[derive(Debug, Clone)]
struct Entry {
    key: Arc<Key>,
    signs_from: i64,
    verifies_until: i64,
    is_configured: bool,
}

impl Entry {
    fn is_over(&self, now: i64) -> bool {
        self.verifies_until != i64::MAX && self.verifies_until <= now
    }
}

/// A key as it was kept.
pub struct Kept {
    pub kid: String,
    /// The private key in PKCS#8; none for the end of a configured key.
    pub der: Option<Vec<u8>>,
    pub signs_from: i64,
    pub verifies_until: Option<i64>,
}

/// What may be told of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    pub kid: String,
    pub algorithm: &'static str,
    /// Whether it comes from the configuration, not from a rotation.
    pub is_configured: bool,
    /// `None` for configured keys: from the beginning.
    pub signs_from: Option<i64>,
    /// `None` while no end is set.
    pub verifies_until: Option<i64>,
}

/// One key with the one algorithm it is used for.
pub(super) struct Key {
    algorithm: Algorithm,
    header: Header,
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: Option<Jwk>,
}

impl KeyRing {
    /// A ring of one HS256 key; refuses fewer than 32 bytes.
    pub fn from_secret(secret: &[u8]) -> Result<Self> {
        if secret.len() < SECRET_BYTES {
            return Err(AppError::internal(format!(
                "the signing secret has {} bytes; at least {SECRET_BYTES} random ones are needed",
                secret.len()
            )));
        }
        let digest = Sha256::new().chain_update(b"taruvi-kid").chain_update(secret).finalize();
        let kid = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let signing = EncodingKey::from_secret(secret);
        let key = Key::new(Algorithm::HS256, kid, signing, DecodingKey::from_secret(secret), None);
        Ok(Self::configured(key))
    }

    /// Private keys in PKCS#8 PEM, each with a name for messages: Ed25519 (signs EdDSA) or RSA
    /// of at least 2048 bits (signs RS256). The first signs.
    pub fn from_pems(pems: Vec<(String, Vec<u8>)>) -> Result<Self> {
        let mut keys = pems.into_iter().map(|(name, pem)| {
            Key::from_pem(&pem).with_context(|| format!("signing key {name}")).map_err(internal)
        });
        let first = keys.next().ok_or_else(|| AppError::internal("no signing key given"))??;
        keys.try_fold(Self::configured(first), |ring, key| Ok(ring.and(Self::configured(key?))))
    }

    fn configured(key: Key) -> Self {
        let (signs_from, verifies_until) = (i64::MIN, i64::MAX);
        let key = Arc::new(key);
        Self { keys: vec![Entry { key, signs_from, verifies_until, is_configured: true }] }
    }

    /// Also verifies with the other ring's keys; this ring goes on signing.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for entry in other.keys {
            if self.keys.iter().all(|own| own.key.kid != entry.key.kid) {
                self.keys.push(entry);
            }
        }
        self
    }

    /// With the keys of rotations, which also end configured ones.
    pub fn rotated(mut self, kept: Vec<Kept>) -> Result<Self> {
        for Kept { kid, der, signs_from, verifies_until } in kept {
            let verifies_until = verifies_until.unwrap_or(i64::MAX);
            let Some(der) = der else {
                let own = self.keys.iter_mut().find(|entry| entry.key.kid == kid);
                own.into_iter().for_each(|entry| entry.verifies_until = verifies_until);
                continue;
            };
            let key = Key::from_ed_der(&der)
                .with_context(|| format!("signing key {kid}"))
                .map_err(internal)?;
            let key = Arc::new(key);
            let entry = Entry { key, signs_from, verifies_until, is_configured: false };
            self = self.and(Self { keys: vec![entry] });
        }
        Ok(self)
    }

    /// The same key as text, for what else a development server keeps secret.
    pub fn development_key(dir: &Path) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(development_secret(dir)?))
    }

    /// The development key in `dir/keys/dev.key`, made at the first start and used again later.
    pub fn load_or_create(dir: &Path) -> Result<Self> {
        Self::from_secret(&development_secret(dir)?)
    }

    /// The public keys (RFC 7517) that are not over, for others who verify our tokens; those that
    /// do not sign yet too, so that nobody meets them unprepared. HS256 keys have none.
    pub fn jwks(&self, now: i64) -> serde_json::Value {
        let live = self.keys.iter().filter(|entry| !entry.is_over(now));
        let public: Vec<&Jwk> = live.filter_map(|entry| entry.key.public.as_ref()).collect();
        serde_json::json!({ "keys": public })
    }

    /// What may be told of the keys, those that are over too.
    pub fn facts(&self) -> Vec<KeyFacts> {
        let facts = |entry: &Entry| KeyFacts {
            kid: entry.key.kid.clone(),
            algorithm: entry.key.algorithm(),
            is_configured: entry.is_configured,
            signs_from: Some(entry.signs_from).filter(|from| *from != i64::MIN),
            verifies_until: Some(entry.verifies_until).filter(|until| *until != i64::MAX),
        };
        self.keys.iter().map(facts).collect()
    }

    /// The id of the key that signs now.
    pub fn signing_kid(&self, now: i64) -> Option<&str> {
        self.signing(now).map(|key| key.kid.as_str())
    }

    pub(super) fn signing(&self, now: i64) -> Option<&Key> {
        let live = self.keys.iter().zip(0_i64..);
        let live = live.filter(|(entry, _)| entry.signs_from <= now && !entry.is_over(now));
        // Of configured keys the first, of rotated ones the last that was made.
        let rank = |(entry, at): &(&Entry, i64)| {
            (entry.signs_from, if entry.is_configured { -at } else { *at })
        };
        live.max_by_key(rank).map(|(entry, _)| &*entry.key)
    }

    /// The key with this id, unless it is over.
    pub(super) fn find(&self, kid: &str, now: i64) -> Option<&Key> {
        let live = |entry: &&Entry| entry.key.kid == kid && !entry.is_over(now);
        self.keys.iter().find(live).map(|entry| &*entry.key)
    }
}

/// A new Ed25519 key: its id, and the private key in PKCS#8.
pub fn generate() -> Result<(String, Vec<u8>)> {
    let mut seed = [0; SECRET_BYTES];
    OsRng.try_fill_bytes(&mut seed).map_err(|e| AppError::Internal(e.into()))?;
    let der = [ED25519_PKCS8, &seed].concat();
    let key = Key::from_ed_der(&der).map_err(internal)?;
    Ok((key.kid, der))
}

/// The secret of a development installation, in `dir/keys/dev.key`.
pub fn development_secret(dir: &Path) -> Result<Vec<u8>> {
    let path = dir.join("keys").join("dev.key");
    secret_in(&path)
        .with_context(|| format!("development key {}", path.display()))
        .map_err(internal)
}

impl Key {
    fn new(
        algorithm: Algorithm,
        kid: String,
        signing: EncodingKey,
        verifying: DecodingKey,
        public: Option<Jwk>,
    ) -> Self {
        let header = Header { kid: Some(kid.clone()), ..Header::new(algorithm) };
        Self { algorithm, header, kid, signing, verifying, public }
    }

    fn from_pem(pem: &[u8]) -> anyhow::Result<Self> {
        let text = str::from_utf8(pem).context("is not text")?;
        anyhow::ensure!(
            text.matches("-----BEGIN ").count() == 1
                && text.contains("-----BEGIN PRIVATE KEY-----"),
            "is not one unencrypted PKCS#8 private key (-----BEGIN PRIVATE KEY-----)"
        );
        let (algorithm, signing) = EncodingKey::from_ed_pem(pem)
            .map(|key| (Algorithm::EdDSA, key))
            .or_else(|_| EncodingKey::from_rsa_pem(pem).map(|key| (Algorithm::RS256, key)))
            .ok()
            .context("is neither an Ed25519 nor an RSA key")?;
        Self::asymmetric(algorithm, signing)
    }

    fn from_ed_der(der: &[u8]) -> anyhow::Result<Self> {
        Self::asymmetric(Algorithm::EdDSA, EncodingKey::from_ed_der(der))
    }

    fn asymmetric(algorithm: Algorithm, signing: EncodingKey) -> anyhow::Result<Self> {
        // Reading checks the size and the key's consistency; its own words are not passed on,
        // they might quote the key.
        let unusable = "is damaged, or not of a usable kind (RSA: 2048 to 8192 bits; Ed25519: \
                        PKCS#8 without the public key)";
        let mut jwk = Jwk::from_encoding_key(&signing, algorithm).ok().context(unusable)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).ok().context(unusable)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let verifying = DecodingKey::from_jwk(&jwk).ok().context(unusable)?;
        Ok(Self::new(algorithm, kid, signing, verifying, Some(jwk)))
    }

    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String> {
        jsonwebtoken::encode(&self.header, claims, &self.signing)
            .context("signing a token")
            .map_err(AppError::Internal)
    }

    /// Whether `signature` (base64url) is ours for `message`, by this key's algorithm.
    pub(super) fn verify(&self, message: &str, signature: &str) -> bool {
        crypto::verify(signature, message.as_bytes(), &self.verifying, self.algorithm)
            .unwrap_or(false)
    }

    /// As written in a token's header.
    pub(super) const fn algorithm(&self) -> &'static str {
        match self.algorithm {
            Algorithm::HS256 => "HS256",
            Algorithm::RS256 => "RS256",
            _ => "EdDSA",
        }
    }
}

/// Shows which key it is, never the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} {})", self.algorithm(), self.kid)
    }
}

fn secret_in(path: &Path) -> anyhow::Result<Vec<u8>> {
    if let Some(secret) = read_secret(path)? {
        return Ok(secret);
    }
    create_secret(path)?;
    read_secret(path)?.context("was removed while it was being made")
}

fn read_secret(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e.into()),
    };
    let secret = URL_SAFE_NO_PAD.decode(text.trim_end()).ok();
    let secret = secret.filter(|secret| secret.len() == SECRET_BYTES).context(
        "is damaged; remove the file to have a new key made (everybody must sign in again)",
    )?;
    if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(Some(secret))
}

/// Written aside and then linked, so that nobody ever reads half a key and, of two processes
/// that start together, both use the one that came first.
fn create_secret(path: &Path) -> anyhow::Result<()> {
    let mut secret = [0; SECRET_BYTES];
    OsRng.try_fill_bytes(&mut secret)?;
    let dir = path.parent().context("has no directory")?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let aside = path.with_extension(format!("{:016x}.new", OsRng.try_next_u64()?));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    let written = writeln!(file, "{}", URL_SAFE_NO_PAD.encode(secret))
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::hard_link(&aside, path) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    fs::remove_file(&aside)?;
    Ok(written?)
}

fn internal(e: anyhow::Error) -> AppError {
    AppError::internal(format!("{e:#}"))
}
