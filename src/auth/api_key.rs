//! Secrets of API keys: random, meaningless, stored only as a hash. How they begin is no secret:
//! it finds the row, and lets scanners recognise what somebody has published by mistake.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What every secret begins with.
pub const MARK: &str = "tk_";
const NAME_CHARS: usize = 12;
const SECRET_BYTES: usize = 32;
/// Without the letters that are mistaken for others (Crockford's base32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// `tk_`, twelve characters that name it, `_`, and 43 characters that nobody can guess.
#[derive(Clone)]
pub struct ApiKeySecret(String);

impl ApiKeySecret {
    /// A secret nobody has seen.
    pub fn generate() -> Self {
        let (mut name, mut secret) = ([0; NAME_CHARS], [0; SECRET_BYTES]);
        rand::rng().fill_bytes(&mut name);
        rand::rng().fill_bytes(&mut secret);
        let name = name.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let name = name.iter().collect::<String>();
        Self(format!("{MARK}{name}_{}", URL_SAFE_NO_PAD.encode(secret)))
    }

    /// Refuses whatever we could not have handed out, so that it costs no look-up.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, secret) = text.strip_prefix(MARK)?.split_at_checked(NAME_CHARS)?;
        let mut bytes = [0; SECRET_BYTES];
        let decoded = URL_SAFE_NO_PAD.decode_slice(secret.strip_prefix('_')?, &mut bytes);
        let good = decoded == Ok(SECRET_BYTES) && name.bytes().all(|b| ALPHABET.contains(&b));
        good.then(|| Self(text.to_owned()))
    }

    /// How it begins: names the secret, and may be shown.
    pub fn prefix(&self) -> &str {
        self.0.split_at_checked(MARK.len() + NAME_CHARS).map_or("", |(prefix, _)| prefix)
    }

    /// The form its owner gets, and nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The form that is stored: SHA-256 of the text. No salt: 256 random bits need none.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// Whether this is the stored one; takes as long for any other.
    pub fn is(&self, stored: &[u8]) -> bool {
        self.hash().as_slice().ct_eq(stored).into()
    }

    /// What remembers it in memory, without being it.
    pub fn remembered_as(&self) -> Uuid {
        digest(&[b"key", self.0.as_bytes()])
    }
}

/// A name in memory for something long or secret.
pub fn digest(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(half)
}

/// Shows how it begins.
impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeySecret({}…)", self.prefix())
    }
}
