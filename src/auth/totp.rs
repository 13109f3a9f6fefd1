//! Codes of an authenticator app (RFC 6238), and codes on paper for when it is lost. Who has which,
//! and which were used, are rows of the slices.

use rand::RngCore;
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use crate::error::{AppError, Result};

const SECRET_BYTES: usize = 20;
/// How many codes on paper somebody gets.
const RECOVERY_CODES: usize = 10;
/// Without letters and digits that look alike.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
const RECOVERY_CHARACTERS: usize = 16;

/// A secret that nobody has seen.
pub fn generate() -> Vec<u8> {
    let mut secret = vec![0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// The secret for people who type, and the URL behind the picture for those who scan.
pub fn shown(secret: &[u8], issuer: &str, account: &str) -> Result<(String, String)> {
    let plain = |text: &str| text.replace(':', " ");
    let app = Builder::new()
        .with_secret(secret.to_vec())
        .with_issuer(Some(plain(issuer)))
        .with_account_name(plain(account))
        .build()
        .map_err(|e| AppError::internal(format!("a secret for codes: {e}")))?;
    let url = app.to_url().map_err(|e| AppError::internal(format!("a URL for codes: {e}")))?;
    Ok((Secret::from(secret).to_base32(), url))
}

/// The period that a code is of, if it is one of now, or of the one before or after.
pub fn check(secret: &[u8], code: &str, now: i64) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let app: Totp = Builder::new().with_secret(secret.to_vec()).build().ok()?;
    let step = app.check(&code, u64::try_from(now).ok()?)?;
    i64::try_from(step).ok()
}

/// Codes on paper, as their owner gets them: `xxxx-xxxx-xxxx-xxxx`, 80 random bits each.
pub fn recovery_codes() -> Vec<String> {
    let mut random = rand::rng();
    let mut code = || {
        let mut bytes = [0; RECOVERY_CHARACTERS];
        random.fill_bytes(&mut bytes);
        let letters = bytes.map(|b| char::from(ALPHABET[usize::from(b % 32)]));
        letters.chunks(4).map(|four| four.iter().collect()).collect::<Vec<String>>().join("-")
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// The form that is stored. No salt: 80 random bits need none.
pub fn recovery_hash(user: Uuid, code: &str) -> [u8; 32] {
    let code: String = code.chars().filter(|c| c.is_alphanumeric()).collect();
    Sha256::new().chain_update(user).chain_update(code.to_lowercase()).finalize().into()
}
