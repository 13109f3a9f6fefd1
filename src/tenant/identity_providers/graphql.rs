//! Providers in the API, for the owners who set them up.

mod inputs;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::columns as c;
use super::{IdentityProvider, IdentityProviderId, check, service};
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Listing, Predicate, Sort, Sorted, Value};
use crate::error::Invalid;
use crate::graphql::error::or_null;
use crate::graphql::paging::Connection;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::users::graphql::{self as users, UserNode};

use inputs::{IdentityProviderCreateInput, IdentityProviderUpdateInput};

/// A provider that people may sign in with (OpenID Connect), as it is set up.
#[derive(Clone, SimpleObject)]
#[graphql(name = "IdentityProvider", complex)]
pub struct IdentityProviderNode {
    #[graphql(skip)]
    key: IdentityProviderId,
    /// What stands on its button.
    name: String,
    /// Its issuer, exactly as its discovery document has it.
    issuer: String,
    /// How the tenant is known there.
    client_id: String,
    /// Whether there is a secret for that; nobody can read it.
    has_client_secret: bool,
    /// What is asked for, apart by spaces.
    scopes: String,
    /// Whose addresses let somebody in for the first time; empty for any.
    allowed_email_domains: Vec<String>,
    /// Whether people without an account get one by signing in.
    creates_users: bool,
    /// What they may do then.
    default_role: Role,
    /// Whether an account with the same verified address is opened.
    links_by_email: bool,
    /// Whether those who have a second factor here are asked for it.
    asks_second_factor: bool,
    /// Whether people may sign in with it.
    is_active: bool,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
}

impl From<IdentityProvider> for IdentityProviderNode {
    fn from(p: IdentityProvider) -> Self {
        let s = p.settings;
        Self {
            key: p.id,
            name: s.name,
            issuer: s.issuer,
            client_id: s.client_id,
            has_client_secret: p.client_secret.is_some(),
            scopes: s.scopes,
            allowed_email_domains: s.allowed_email_domains,
            creates_users: s.creates_users,
            default_role: s.default_role,
            links_by_email: s.links_by_email,
            asks_second_factor: s.asks_second_factor,
            is_active: s.is_active,
            version: p.version,
            created_at: p.created_at.into(),
            updated_at: p.updated_at.into(),
            created_by_id: p.created_by,
            updated_by_id: p.updated_by,
        }
    }
}

/// A provider that people may sign in with, as everybody may know it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "SignInProvider")]
pub struct SignInProviderNode {
    /// Its id, for `oidcSignInStart`.
    id: ID,
    /// What stands on its button.
    name: String,
}

impl SignInProviderNode {
    pub fn new(id: IdentityProviderId, name: String) -> Self {
        Self { id: id.into(), name }
    }
}

crate::listed!(IdentityProviderNode, "IdentityProvider");

impl Sorted for IdentityProviderNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::NAME, descending: false };
    const SEARCH: &'static [Column] = &[c::NAME, c::ISSUER];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::NAME => Value::Text(self.name.clone()),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl IdentityProviderNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// Who added it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.created_by_id).await
    }

    /// Who changed it last.
    async fn updated_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.updated_by_id).await
    }
}

crate::payload! {
    /// What `identityProviderCreate` answers.
    IdentityProviderCreatePayload {
        /// The new provider.
        identity_provider: IdentityProviderNode,
    }
}
crate::payload! {
    /// What `identityProviderUpdate` answers.
    IdentityProviderUpdatePayload {
        /// The provider after the change.
        identity_provider: IdentityProviderNode,
    }
}
crate::payload! {
    /// What `identityProviderDelete` answers.
    IdentityProviderDeletePayload {
        /// The id of the provider that is gone.
        deleted_identity_provider_id: IdentityProviderId,
    }
}

/// What `identityProviderTest` answers.
#[derive(SimpleObject, Default)]
pub struct IdentityProviderTestPayload {
    /// Whether its document and its keys are good. The client's id and secret are shown to be right
    /// by a sign-in only.
    ok: bool,
    /// What is wrong, for people; null when nothing is.
    problem: Option<String>,
    /// What to put right; empty when the provider could be asked.
    user_errors: Vec<crate::graphql::error::UserError>,
}

#[derive(Default)]
pub struct Query;

#[Object(name = "IdentityProviderQuery")]
impl Query {
    /// One provider, or null when there is none. Owners only.
    async fn identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider's id.")] id: IdentityProviderId,
    ) -> Nullable<IdentityProviderNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The providers that people may sign in with, by name; also those that are not active. Owners
    /// only.
    async fn identity_providers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Text in the name or the issuer.")] search: Option<String>,
    ) -> Result<Connection<IdentityProviderNode>> {
        ctx.app().require(&service::VIEW)?;
        let page = PageArgs { first, after, last, before, offset: None };
        let predicate = match search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => Predicate::True,
            Some(text) => {
                let mut invalid = Invalid::default();
                crate::base::text::search(&mut invalid, "search", text);
                invalid.finish()?;
                Predicate::search(IdentityProviderNode::SEARCH, text)
            }
        };
        let sorts = vec![IdentityProviderNode::DEFAULT];
        let listing = Listing::new(predicate, sorts, IdentityProviderNode::ID, page.window()?)?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(IdentityProviderNode::from).into())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "IdentityProviderMutation")]
impl Mutation {
    /// Adds a provider that people may sign in with. Owners only.
    async fn identity_provider_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new provider.")] input: IdentityProviderCreateInput,
    ) -> Result<IdentityProviderCreatePayload> {
        let (new, secret) = input.into();
        let made = service::create(ctx.app(), new, secret).await;
        IdentityProviderCreatePayload::from(made.map(IdentityProviderNode::from))
    }

    /// Changes a provider. Owners only. Once it is not active, the sessions it has opened end.
    async fn identity_provider_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider's id.")] id: IdentityProviderId,
        #[graphql(desc = "What to change.")] input: IdentityProviderUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<IdentityProviderUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed = async {
            let (patch, secret) = input.into_patch()?;
            service::update(ctx.app(), id, patch, secret, expected_version).await
        };
        IdentityProviderUpdatePayload::from(changed.await.map(IdentityProviderNode::from))
    }

    /// Deletes a provider, and whom it knows as whom. Owners only. The sessions it has opened end.
    async fn identity_provider_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider's id.")] id: IdentityProviderId,
    ) -> Result<IdentityProviderDeletePayload> {
        IdentityProviderDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Asks a provider for its discovery document and its keys, and says what is wrong with them.
    /// Owners only.
    async fn identity_provider_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider's id.")] id: IdentityProviderId,
    ) -> Result<IdentityProviderTestPayload> {
        // Boxed, since what it waits for is large, and every operation would have room for it.
        Ok(match Box::pin(check::run(ctx.app(), id)).await {
            Ok(problem) => {
                IdentityProviderTestPayload { ok: problem.is_none(), problem, user_errors: vec![] }
            }
            Err(e) => IdentityProviderTestPayload {
                user_errors: crate::graphql::error::user_errors(e)?,
                ..Default::default()
            },
        })
    }
}
