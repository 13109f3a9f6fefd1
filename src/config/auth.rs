//! Settings of tokens. Signing and verifying are the business of `auth`.

use std::path::PathBuf;

use super::{
    secret::Secret,
    setting::section,
    value::{Parsed, number, optional},
};

section! {
    /// Tokens: who signs them, for whom, for how long.
    pub struct Auth in "auth." {
        /// Signs tokens with HS256; at least 32 bytes.
        signing_key: Option<Secret> = "", env ["JWT_SIGNING_KEY"], read optional(hmac_key);
        /// PEM files of private keys; the first signs, the others still verify.
        keys: Vec<PathBuf> = "", env ["JWT_KEYS"];
        /// Who issues the tokens (iss).
        issuer: String = "taruvi", env ["JWT_ISSUER"];
        /// Whom the tokens are for (aud).
        audience: String = "taruvi-api", env ["JWT_AUDIENCE"];
        /// How long an access token holds, in seconds.
        access_seconds: u64 = "900", env ["ACCESS_TOKEN_LIFETIME_SECONDS"],
            read number(1..=86_400);
        /// How long a refresh token holds, in seconds.
        refresh_seconds: u64 = "604800", env ["REFRESH_TOKEN_LIFETIME_SECONDS"],
            read number(1..=31_536_000);
        /// How far clocks may differ, in seconds.
        leeway_seconds: u64 = "5", read number(0..=5);
    }
}

fn hmac_key(text: &str) -> Parsed<Secret> {
    match text.len() {
        0..32 => Err(format!("has {} bytes; at least 32 are needed", text.len())),
        _ => Ok(Secret::new(text)),
    }
}
