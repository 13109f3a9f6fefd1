//! The secrets that messages are signed with, and the signatures
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::model::{Webhook, WebhookId};
use crate::ctx::Ctx;
use crate::error::Result;

/// As long as the hash, which is what HMAC's security rests on.
const LENGTH: usize = 32;
/// What secrets begin with, so that people see what they are.
const PREFIX: &str = "whsec_";

/// A new secret, as it is kept and as its owner gets it.
pub fn make(ctx: &Ctx, id: WebhookId) -> Result<(Vec<u8>, String)> {
    let secret: [u8; LENGTH] = rand::random();
    let sealed = ctx.app.seal.seal(&owner(ctx, id)?, &secret)?;
    Ok((sealed, format!("{PREFIX}{}", STANDARD.encode(secret))))
}

/// The keys that messages for this address are signed with now.
pub fn keys(ctx: &Ctx, webhook: &Webhook) -> Result<Vec<hmac::Key>> {
    let previous = webhook.previous_secret.as_ref();
    let previous = previous.filter(|_| webhook.previous_secret_until > Some(ctx.now));
    let owner = owner(ctx, webhook.id)?;
    std::iter::once(&webhook.secret)
        .chain(previous)
        .map(|sealed| Ok(hmac::Key::new(hmac::HMAC_SHA256, &ctx.app.seal.open(&owner, sealed)?)))
        .collect()
}

/// The header `webhook-signature`: one signature for each key.
pub fn signatures(keys: &[hmac::Key], id: &str, at: DateTime<Utc>, body: &str) -> String {
    let signed = format!("{id}.{}.{body}", at.timestamp());
    let signature = |key| format!("v1,{}", STANDARD.encode(hmac::sign(key, signed.as_bytes())));
    keys.iter().map(signature).collect::<Vec<_>>().join(" ")
}

/// Whose secret it is: no other row's opens in its place.
fn owner(ctx: &Ctx, id: WebhookId) -> Result<Vec<u8>> {
    Ok([ctx.tenant()?.id.0.as_bytes().as_slice(), id.0.as_bytes()].concat())
}
