//! What owners say about providers.

use async_graphql::{InputObject, MaybeUndefined};

use super::super::{Secret, Settings, SettingsPatch};
use crate::authz::Role;
use crate::error::{Invalid, Result};
use crate::graphql::required;

/// A provider to add.
#[derive(InputObject)]
pub struct IdentityProviderCreateInput {
    /// What stands on its button.
    name: String,
    /// Its issuer, exactly as its discovery document has it: an https URL.
    issuer: String,
    /// How the tenant is known there.
    client_id: String,
    /// The secret for that; left out for a public client. It is kept encrypted and never shown.
    client_secret: Option<String>,
    /// What is asked for, apart by spaces. Has to hold `openid`.
    #[graphql(default = "openid email profile")]
    scopes: String,
    /// Whose addresses let somebody in for the first time; any when left out.
    #[graphql(default)]
    allowed_email_domains: Vec<String>,
    /// Whether people without an account get one by signing in. Needs `allowedEmailDomains`.
    #[graphql(default = false)]
    creates_users: bool,
    /// What they may do then; not OWNER.
    #[graphql(default_with = "Role::Member")]
    default_role: Role,
    /// Whether an account with the same verified address is opened.
    #[graphql(default = true)]
    links_by_email: bool,
    /// Whether those who have a second factor here are asked for it. Otherwise the provider
    /// vouches for them, also where the tenant demands a second factor.
    #[graphql(default = false)]
    asks_second_factor: bool,
    /// Whether people may sign in with it.
    #[graphql(default = true)]
    is_active: bool,
}

impl From<IdentityProviderCreateInput> for (Settings, Secret) {
    fn from(i: IdentityProviderCreateInput) -> Self {
        let settings = Settings {
            name: i.name.trim().to_owned(),
            issuer: i.issuer.trim().to_owned(),
            client_id: i.client_id.trim().to_owned(),
            scopes: i.scopes,
            allowed_email_domains: i.allowed_email_domains,
            creates_users: i.creates_users,
            default_role: i.default_role,
            links_by_email: i.links_by_email,
            asks_second_factor: i.asks_second_factor,
            is_active: i.is_active,
        };
        (settings, i.client_secret.map_or(Secret::Remove, Secret::Replace))
    }
}

/// A change of a provider. A key left out keeps its value.
#[derive(InputObject)]
pub struct IdentityProviderUpdateInput {
    /// What stands on its button.
    name: MaybeUndefined<String>,
    /// Its issuer. It stays the same once people have signed in.
    issuer: MaybeUndefined<String>,
    /// How the tenant is known there.
    client_id: MaybeUndefined<String>,
    /// The secret for that; null for none. Has to be given again with another issuer.
    client_secret: MaybeUndefined<String>,
    /// What is asked for, apart by spaces. Has to hold `openid`.
    scopes: MaybeUndefined<String>,
    /// Whose addresses let somebody in for the first time; empty for any. The list replaces the
    /// one before.
    allowed_email_domains: MaybeUndefined<Vec<String>>,
    /// Whether people without an account get one by signing in. Needs `allowedEmailDomains`.
    creates_users: MaybeUndefined<bool>,
    /// What they may do then; not OWNER.
    default_role: MaybeUndefined<Role>,
    /// Whether an account with the same verified address is opened.
    links_by_email: MaybeUndefined<bool>,
    /// Whether those who have a second factor here are asked for it.
    asks_second_factor: MaybeUndefined<bool>,
    /// Whether people may sign in with it.
    is_active: MaybeUndefined<bool>,
}

impl IdentityProviderUpdateInput {
    pub fn into_patch(self) -> Result<(SettingsPatch, Secret)> {
        let mut invalid = Invalid::default();
        let trim = |text: String| text.trim().to_owned();
        let domains = self.allowed_email_domains;
        let second = self.asks_second_factor;
        let patch = SettingsPatch {
            name: required(&mut invalid, "input.name", self.name).map(trim),
            issuer: required(&mut invalid, "input.issuer", self.issuer).map(trim),
            client_id: required(&mut invalid, "input.clientId", self.client_id).map(trim),
            scopes: required(&mut invalid, "input.scopes", self.scopes),
            allowed_email_domains: required(&mut invalid, "input.allowedEmailDomains", domains),
            creates_users: required(&mut invalid, "input.createsUsers", self.creates_users),
            default_role: required(&mut invalid, "input.defaultRole", self.default_role),
            links_by_email: required(&mut invalid, "input.linksByEmail", self.links_by_email),
            asks_second_factor: required(&mut invalid, "input.asksSecondFactor", second),
            is_active: required(&mut invalid, "input.isActive", self.is_active),
        };
        invalid.finish()?;
        let secret = match self.client_secret {
            MaybeUndefined::Undefined => Secret::Keep,
            MaybeUndefined::Null => Secret::Remove,
            MaybeUndefined::Value(secret) => Secret::Replace(secret),
        };
        Ok((patch, secret))
    }
}
