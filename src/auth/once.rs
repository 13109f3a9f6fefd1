//! Tokens that are good once: they come by mail, or carry a sign-in to its second step. Random,
//! meaningless, stored only as a hash. What they open, and until when, are rows of the slices.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use sha2::{Digest, Sha256};

const BYTES: usize = 32;

/// What a token is for: one kind is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Invitation,
    PasswordReset,
    EmailChange,
    SignIn,
    /// Goes with somebody to a provider's page, and comes back.
    ProviderState,
    /// Stays in the page that sent them there.
    ProviderBinding,
}

impl Purpose {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Invitation => "inv_",
            Self::PasswordReset => "rst_",
            Self::EmailChange => "eml_",
            Self::SignIn => "sgn_",
            Self::ProviderState => "ste_",
            Self::ProviderBinding => "bnd_",
        }
    }
}

/// 256 random bits in 43 characters that may stand in a URL.
pub fn random() -> String {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// 256 random bits behind a prefix.
#[derive(Clone)]
pub struct OnceToken(String);

impl OnceToken {
    /// A token nobody has seen.
    pub fn generate(purpose: Purpose) -> Self {
        Self(format!("{}{}", purpose.prefix(), random()))
    }

    /// `None` for whatever we could not have handed out, so that it costs no look-up.
    pub fn parse(purpose: Purpose, text: &str) -> Option<Self> {
        let mut bytes = [0; BYTES];
        let encoded = text.strip_prefix(purpose.prefix())?;
        match URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes) {
            Ok(BYTES) => Some(Self(text.to_owned())),
            _ => None,
        }
    }

    /// The form its owner gets, and nobody else: the prefix and 43 characters.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The form that is stored. No salt: 256 random bits need none.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

impl fmt::Debug for OnceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnceToken(…)")
    }
}
