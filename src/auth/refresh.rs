//! Refresh tokens: random, meaningless, stored only as a hash.
//! Rotation and families are rows, and so belong to the sessions.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Reason, Refused};

const PREFIX: &str = "rt_";
const BYTES: usize = 32;

/// 256 random bits that renew a session once.
#[derive(Clone)]
pub struct RefreshToken([u8; BYTES]);

impl RefreshToken {
    /// A token nobody has seen.
    pub fn generate() -> Self {
        let mut bytes = [0; BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Refuses whatever we could not have handed out, so that it costs no look-up.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let mut bytes = [0; BYTES];
        match text
            .strip_prefix(PREFIX)
            .map(|encoded| URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes))
        {
            Some(Ok(BYTES)) => Ok(Self(bytes)),
            _ => Err(Reason::RefreshToken.into()),
        }
    }

    /// The form its owner gets, and nobody else: `rt_` and 43 characters.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// The form that is stored: SHA-256 of the text. No salt: 256 random bits need none.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.reveal()).into()
    }
}

/// In constant time.
impl PartialEq for RefreshToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for RefreshToken {}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}
