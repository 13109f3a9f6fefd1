//! What the server's own secret is good for beside tokens: to seal what must be kept and read
//! again, and to fingerprint what must only be recognised. Each purpose has a key of its own.

use std::fmt;

use anyhow::{Context, anyhow};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{hkdf, hmac};

use crate::error::{AppError, Result};

const SECRET_BYTES: usize = 32;
const KEY_BYTES: usize = 32;

/// Seals and fingerprints with keys that are derived from the server's secret.
#[derive(Clone)]
pub struct Vault {
    first: hkdf::Prk,
    older: Vec<hkdf::Prk>,
}

impl Vault {
    /// `first` seals; the others still open. Each has at least 32 bytes.
    pub fn new(first: &[u8], older: &[&[u8]]) -> Result<Self> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"taruvi");
        let extract = |secret: &[u8]| match secret.len() {
            0..SECRET_BYTES => Err(AppError::internal(format!(
                "the server's secret (SECRET_KEY) needs at least {SECRET_BYTES} random bytes"
            ))),
            _ => Ok(salt.extract(secret)),
        };
        let older = older.iter().map(|secret| extract(secret)).collect::<Result<_>>()?;
        Ok(Self { first: extract(first)?, older })
    }

    /// Seals `plain`. Only the same purpose and context (such as the row's id) open it again.
    pub fn seal(&self, purpose: &str, context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let mut sealed = plain.to_vec();
        let nonce = cipher(&self.first, purpose)?
            .seal_in_place_append_tag(Aad::from(context), &mut sealed)
            .map_err(|_| AppError::internal("sealing failed"))?;
        Ok([nonce.as_ref().as_slice(), &sealed].concat())
    }

    /// What was sealed; `None` when that was with another secret, purpose or context.
    pub fn open(&self, purpose: &str, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        std::iter::once(&self.first).chain(&self.older).find_map(|secret| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut plain = sealed.to_vec();
            let opened = cipher(secret, purpose).ok()?;
            let length = opened.open_in_place(nonce, Aad::from(context), &mut plain).ok()?.len();
            plain.truncate(length);
            Some(plain)
        })
    }

    /// A keyed fingerprint (HMAC-SHA-256) of the parts: nobody without the secret can tell from it
    /// what they were, not even by trying.
    pub fn fingerprint(&self, purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &derived(&self.first, purpose)?);
        let mut mac = hmac::Context::with_key(&key);
        for part in parts {
            mac.update(&part.len().to_be_bytes());
            mac.update(part);
        }
        let mac = mac.sign();
        mac.as_ref().try_into().context("a fingerprint").map_err(AppError::Internal)
    }
}

fn cipher(secret: &hkdf::Prk, purpose: &str) -> Result<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, &derived(secret, purpose)?)
        .map_err(|_| AppError::internal("no cipher"))
}

fn derived(secret: &hkdf::Prk, purpose: &str) -> Result<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    secret
        .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|out| out.fill(&mut key))
        .map_err(|_| AppError::Internal(anyhow!("deriving a key")))?;
    Ok(key)
}

/// Shows nothing.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}
