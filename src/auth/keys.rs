//! The keys that sign access tokens: from a secret, from PEM files, or made for development.
//! What the tokens say is in `tokens`.

use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

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

/// The keys we know: the first signs, all verify. So a key is rotated by putting a new one in
/// front and taking the old one out when its last token has expired.
#[derive(Debug)]
pub struct KeyRing {
    first: Key,
    rest: Vec<Key>,
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
        Ok(Self { first: key, rest: Vec::new() })
    }

    /// Private keys in PKCS#8 PEM, each with a name for messages: Ed25519 (signs EdDSA) or RSA
    /// of at least 2048 bits (signs RS256).
    pub fn from_pems(pems: Vec<(String, Vec<u8>)>) -> Result<Self> {
        let mut keys = pems.into_iter().map(|(name, pem)| {
            Key::from_pem(&pem).with_context(|| format!("signing key {name}")).map_err(internal)
        });
        let first = keys.next().ok_or_else(|| AppError::internal("no signing key given"))??;
        let ring = Self { first, rest: Vec::new() };
        keys.try_fold(ring, |ring, key| Ok(ring.and(Self { first: key?, rest: Vec::new() })))
    }

    /// Also verifies with the other ring's keys; this ring goes on signing.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for key in std::iter::once(other.first).chain(other.rest) {
            if self.find(&key.kid).is_none() {
                self.rest.push(key);
            }
        }
        self
    }

    /// The development key in `dir/keys/dev.key`, made at the first start and used again later.
    pub fn load_or_create(dir: &Path) -> Result<Self> {
        let path = dir.join("keys").join("dev.key");
        let secret = development_secret(&path)
            .with_context(|| format!("development key {}", path.display()))
            .map_err(internal)?;
        Self::from_secret(&secret)
    }

    /// The same key as text, for what else a development server keeps secret.
    pub fn development_key(dir: &Path) -> Result<String> {
        let secret = development_secret(&dir.join("keys").join("dev.key")).map_err(internal)?;
        Ok(URL_SAFE_NO_PAD.encode(secret))
    }

    /// The public keys (RFC 7517), for others who verify our tokens. HS256 keys have none.
    pub fn jwks(&self) -> serde_json::Value {
        let public: Vec<&Jwk> = self.keys().filter_map(|key| key.public.as_ref()).collect();
        serde_json::json!({ "keys": public })
    }

    pub(super) const fn signing(&self) -> &Key {
        &self.first
    }

    pub(super) fn find(&self, kid: &str) -> Option<&Key> {
        self.keys().find(|key| key.kid == kid)
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.first).chain(&self.rest)
    }
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

fn development_secret(path: &Path) -> anyhow::Result<Vec<u8>> {
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
