//! Secrets that have to be readable again, encrypted for the database: whoever has its rows alone
//! can't use them.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

use crate::config::{Config, Secret};
use crate::error::{AppError, Result};

/// Encrypts with a key that follows from the server's own secret.
pub struct Seal(Option<LessSafeKey>);

impl Seal {
    /// From `SECRET_KEY`, else from the key that signs tokens.
    pub fn new(config: &Config) -> Self {
        let secret = config.secret_key.as_ref().or(config.auth.signing_key.as_ref());
        Self(secret.map(Secret::expose).and_then(key))
    }

    /// Encrypts. It opens only with the same `owner`, so that no row passes for another's.
    pub fn seal(&self, owner: &[u8], content: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = content.to_vec();
        let done = self.key()?.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(owner),
            &mut sealed,
        );
        done.map_err(|_| AppError::internal("a secret could not be encrypted"))?;
        Ok([&nonce, sealed.as_slice()].concat())
    }

    /// Decrypts what was sealed with the same key for the same owner.
    pub fn open(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let unreadable =
            || AppError::internal("a secret can't be decrypted: SECRET_KEY is not what it was");
        let (nonce, content) = sealed.split_at_checked(NONCE_LEN).ok_or_else(unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unreadable())?;
        let mut content = content.to_vec();
        let opened = self.key()?.open_in_place(nonce, Aad::from(owner), &mut content);
        opened.map(|content| content.to_vec()).map_err(|_| unreadable())
    }

    fn key(&self) -> Result<&LessSafeKey> {
        let why = "SECRET_KEY is needed to encrypt secrets";
        self.0.as_ref().ok_or_else(|| AppError::internal(why))
    }
}

fn key(secret: &str) -> Option<LessSafeKey> {
    let digest = Sha256::new().chain_update(b"taruvi-seal").chain_update(secret).finalize();
    UnboundKey::new(&AES_256_GCM, &digest).ok().map(LessSafeKey::new)
}
