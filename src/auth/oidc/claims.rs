//! What a provider says about somebody, as far as we listen.

use openidconnect::core::CoreGenderClaim;
use openidconnect::{AdditionalClaims, LocalizedClaim, UserInfoClaims};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TokenClaims;

/// Somebody, as a provider knows them. Nothing of it was looked at but its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who it is, for good. Means something only together with the issuer.
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider has made sure that the address is theirs.
    pub email_verified: bool,
    pub given_name: String,
    pub family_name: String,
}

/// Claims beyond the standard's.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(super) struct MoreClaims {
    /// Microsoft Entra's word for a verified address: its domain's owner has been verified. It
    /// does not tell `email_verified`.
    #[serde(default)]
    xms_edov: Option<Value>,
}

impl AdditionalClaims for MoreClaims {}

impl MoreClaims {
    fn vouches(&self) -> bool {
        match &self.xms_edov {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::Number(number)) => number.as_u64() == Some(1),
            Some(Value::String(text)) => matches!(text.as_str(), "1" | "true"),
            _ => false,
        }
    }
}

impl From<&TokenClaims> for Claims {
    fn from(token: &TokenClaims) -> Self {
        let (given, family) = (said(token.given_name()), said(token.family_name()));
        let whole = given.is_none() && family.is_none();
        let name = said(token.name()).filter(|_| whole);
        Self {
            subject: token.subject().to_string(),
            email: token.email().map(|email| email.to_string()),
            email_verified: token.email_verified() == Some(true)
                || token.additional_claims().vouches(),
            given_name: given.or(name).unwrap_or_default(),
            family_name: family.unwrap_or_default(),
        }
    }
}

impl Claims {
    /// Takes from the provider's user info what the ID token does not say.
    pub(super) fn completed(&mut self, info: &UserInfoClaims<MoreClaims, CoreGenderClaim>) {
        self.email = info.email().map(|email| email.to_string());
        self.email_verified =
            info.email_verified() == Some(true) || info.additional_claims().vouches();
        if self.given_name.is_empty() && self.family_name.is_empty() {
            self.given_name = said(info.given_name()).unwrap_or_default();
            self.family_name = said(info.family_name()).unwrap_or_default();
        }
    }

    /// The address, if the provider has made sure of it.
    pub fn verified_email(&self) -> Option<&str> {
        self.email.as_deref().filter(|_| self.email_verified)
    }
}

/// What is said in no particular language, else in the first one.
fn said<T: std::ops::Deref<Target = String>>(claim: Option<&LocalizedClaim<T>>) -> Option<String> {
    let claim = claim?;
    let text = claim.get(None).or_else(|| claim.iter().next().map(|(_, text)| text))?;
    Some(text.to_string())
}
