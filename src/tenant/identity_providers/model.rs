//! Rows of `identity_providers` and `oidc_sign_ins`, and the rules that need no database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use reqwest::Url;
use serde::Serialize;

use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::{identity_providers, oidc_sign_ins};
use crate::error::{Invalid, Problem, Result};
use crate::outbound::Outbound;

crate::id!(/** A provider that people sign in with. */ IdentityProviderId, "identity_provider");

/// How long somebody may stay on a provider's page.
pub const ATTEMPT_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// A tenant has no more.
pub const MAX_PROVIDERS: i64 = 20;
const MAX_DOMAINS: usize = 50;

/// What owners decide about a provider.
#[derive(
    Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize,
)]
#[diesel(table_name = identity_providers)]
pub struct Settings {
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub scopes: String,
    /// Of whom the provider may make users, and whose accounts it may open at first. Empty: of
    /// everybody, for accounts that are there.
    pub allowed_email_domains: Vec<String>,
    pub creates_users: bool,
    pub default_role: Role,
    pub links_by_email: bool,
    pub asks_second_factor: bool,
    pub is_active: bool,
}

/// A provider as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = identity_providers)]
pub struct IdentityProvider {
    pub id: IdentityProviderId,
    #[diesel(embed)]
    #[serde(flatten)]
    pub settings: Settings,
    /// Encrypted; none for a public client.
    #[serde(skip)]
    pub client_secret: Option<Vec<u8>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// What becomes of the client's secret.
#[derive(Clone, Default)]
pub enum Secret {
    #[default]
    Keep,
    Remove,
    Replace(String),
}

/// `None` leaves something alone.
#[derive(Debug, Clone, Default)]
pub struct SettingsPatch {
    pub name: Option<String>,
    pub issuer: Option<String>,
    pub client_id: Option<String>,
    pub scopes: Option<String>,
    pub allowed_email_domains: Option<Vec<String>>,
    pub creates_users: Option<bool>,
    pub default_role: Option<Role>,
    pub links_by_email: Option<bool>,
    pub asks_second_factor: Option<bool>,
    pub is_active: Option<bool>,
}

impl SettingsPatch {
    /// The settings after the change.
    pub fn applied(self, before: Settings) -> Settings {
        Settings {
            name: self.name.unwrap_or(before.name),
            issuer: self.issuer.unwrap_or(before.issuer),
            client_id: self.client_id.unwrap_or(before.client_id),
            scopes: self.scopes.unwrap_or(before.scopes),
            allowed_email_domains: self
                .allowed_email_domains
                .unwrap_or(before.allowed_email_domains),
            creates_users: self.creates_users.unwrap_or(before.creates_users),
            default_role: self.default_role.unwrap_or(before.default_role),
            links_by_email: self.links_by_email.unwrap_or(before.links_by_email),
            asks_second_factor: self.asks_second_factor.unwrap_or(before.asks_second_factor),
            is_active: self.is_active.unwrap_or(before.is_active),
        }
    }
}

impl Settings {
    /// The settings as they are kept, if they are good.
    pub fn validated(mut self, outbound: &Outbound) -> Result<Self> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        text::line(&mut invalid, "input.clientId", &self.client_id, 300);
        issuer(&mut invalid, &self.issuer, outbound);
        self.scopes = scopes(&mut invalid, &self.scopes);
        self.allowed_email_domains = domains(&mut invalid, &self.allowed_email_domains);
        if self.creates_users && self.allowed_email_domains.is_empty() {
            let why = "name the domains whose people may become users by themselves";
            invalid.push(Problem::Required, "input.allowedEmailDomains", why);
        }
        if self.default_role == Role::Owner {
            let why = "nobody becomes an owner by signing in";
            invalid.push(Problem::NotAllowed, "input.defaultRole", why);
        }
        invalid.finish()?;
        Ok(self)
    }

    /// Whether somebody with this address may come in for the first time.
    pub fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
        self.allowed_email_domains.is_empty()
            || domain.is_some_and(|domain| self.allowed_email_domains.contains(&domain))
    }
}

impl Secret {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Self::Replace(secret) = self {
            text::line(&mut invalid, "input.clientSecret", secret, 1_000);
        }
        invalid.finish()
    }
}

fn issuer(invalid: &mut Invalid, text: &str, outbound: &Outbound) {
    const FIELD: &str = "input.issuer";
    text::line(invalid, FIELD, text, 500);
    let Ok(url) = Url::parse(text) else {
        return invalid.push(Problem::Invalid, FIELD, "is not a URL");
    };
    if url.query().is_some() || url.fragment().is_some() {
        invalid.push(Problem::Invalid, FIELD, "can't have a query or a fragment");
    }
    if let Err(why) = outbound.check(&url) {
        invalid.push(Problem::Invalid, FIELD, why.to_string());
    }
}

/// With single spaces between them, as they are sent.
fn scopes(invalid: &mut Invalid, text: &str) -> String {
    const FIELD: &str = "input.scopes";
    let all: Vec<&str> = text.split_ascii_whitespace().collect();
    let joined = all.join(" ");
    text::length(invalid, FIELD, &joined, 500);
    let fits = |scope: &&str| scope.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b));
    if !all.iter().all(fits) {
        invalid.push(Problem::Invalid, FIELD, "are names of ASCII characters, apart by spaces");
    }
    if !all.contains(&"openid") {
        invalid.push(Problem::Invalid, FIELD, "have to hold openid");
    }
    joined
}

/// In lower case, each once.
fn domains(invalid: &mut Invalid, all: &[String]) -> Vec<String> {
    const FIELD: &str = "input.allowedEmailDomains";
    if all.len() > MAX_DOMAINS {
        invalid.push(Problem::TooLong, FIELD, format!("can't hold more than {MAX_DOMAINS}"));
        return vec![];
    }
    let mut kept: Vec<String> = vec![];
    for (at, text) in all.iter().enumerate() {
        let domain = text.trim().to_lowercase();
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '@';
        let fits = domain.len() <= 253
            && !domain.contains(odd)
            && domain.split('.').all(|label| !label.is_empty());
        if !fits {
            let why = "is not a domain such as example.com";
            invalid.push(Problem::Invalid, &format!("{FIELD}.{at}"), why);
        }
        if !kept.contains(&domain) {
            kept.push(domain);
        }
    }
    kept
}

/// Somebody on their way to a provider's page and back, as stored.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = oidc_sign_ins)]
pub struct Attempt {
    pub state_hash: Vec<u8>,
    pub binding_hash: Vec<u8>,
    pub provider_id: IdentityProviderId,
    pub nonce: String,
    pub pkce_verifier: String,
    pub redirect_uri: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}
