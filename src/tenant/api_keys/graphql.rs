//! API keys in the API. A secret is shown once, by the mutation that makes it.

mod inputs;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::{ApiKey, ApiKeyId, service};
use crate::authz::Scopes;
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Predicate, Sort, Sorted, Value};
use crate::graphql::error::{or_null, user_errors};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::users::graphql::{UserNode, of};

use inputs::{ApiKeyCreateInput, ApiKeyFilter, ApiKeyOrder, TokenCreateForClientInput};

/// A key with which a program calls the API, for a user or a service account.
#[derive(Clone, SimpleObject)]
#[graphql(name = "ApiKey", complex)]
pub struct ApiKeyNode {
    #[graphql(skip)]
    key: ApiKeyId,
    /// What it is called.
    name: String,
    /// How its secret begins; the rest was shown once.
    prefix: String,
    /// The permissions it may use, as far as its account has them; `*` for all of these.
    scopes: Vec<String>,
    /// From when on it is refused; null for never.
    expires_at: Option<DateTime>,
    /// When it was last used, to the minute.
    last_used_at: Option<DateTime>,
    /// When it was revoked.
    revoked_at: Option<DateTime>,
    /// When it was made.
    created_at: DateTime,
    #[graphql(skip)]
    owner: UserId,
    #[graphql(skip)]
    created_by: Option<UserId>,
}

impl From<ApiKey> for ApiKeyNode {
    fn from(key: ApiKey) -> Self {
        Self {
            key: key.id,
            name: key.name,
            prefix: key.prefix,
            scopes: Scopes::parse(&key.scopes).names(),
            expires_at: key.expires_at.map(Into::into),
            last_used_at: key.last_used_at.map(Into::into),
            revoked_at: key.revoked_at.map(Into::into),
            created_at: key.created_at.into(),
            owner: key.user_id,
            created_by: key.created_by,
        }
    }
}

crate::listed!(ApiKeyNode, "ApiKey");

impl Sorted for ApiKeyNode {
    const ID: Column = inputs::ID;
    const DEFAULT: Sort = Sort { column: inputs::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[inputs::NAME];

    fn sort_value(&self, column: Column) -> Value {
        let time = |t: Option<DateTime>| t.map_or(Value::Null, |t| Value::Time(t.0));
        match column {
            inputs::NAME => Value::Text(self.name.clone()),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            inputs::EXPIRES_AT => time(self.expires_at),
            inputs::LAST_USED_AT => time(self.last_used_at),
            _ => Value::Id(self.key.0),
        }
    }
}

#[async_graphql::ComplexObject]
impl ApiKeyNode {
    /// Global id; also the client id for `tokenCreateForClient`.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// For whom it acts: a user or a service account.
    async fn owner(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        of(ctx, Some(self.owner)).await
    }

    /// Who made it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        of(ctx, self.created_by).await
    }
}

crate::payload! {
    /// What `apiKeyCreate` answers.
    ApiKeyCreatePayload {
        /// The new key.
        api_key: ApiKeyNode,
        /// Its secret, for the header `Authorization: Bearer …`. It is never shown again.
        secret: String,
    }
}
crate::payload! {
    /// What `apiKeyRotate` answers.
    ApiKeyRotatePayload {
        /// The key.
        api_key: ApiKeyNode,
        /// Its new secret. It is never shown again.
        secret: String,
    }
}
crate::payload! {
    /// What `apiKeyRevoke` answers.
    ApiKeyRevokePayload {
        /// The key, which does not hold any more.
        api_key: ApiKeyNode,
    }
}

/// A token for a program.
#[derive(SimpleObject, Default)]
pub struct TokenCreateForClientPayload {
    /// Goes into the header `Authorization: Bearer …` of every request.
    access_token: Option<String>,
    /// Seconds until it ends; then exchange the key again.
    expires_in: Option<i64>,
    /// What it may be used for: names of permissions, apart by spaces.
    scope: Option<String>,
    /// What to put right; empty when it worked. Wrong credentials are no user error: they answer
    /// with the code UNAUTHENTICATED in `errors`.
    user_errors: Vec<crate::graphql::error::UserError>,
}

#[derive(Default)]
pub struct Query;

#[Object(name = "ApiKeyQuery")]
impl Query {
    /// One API key, or null when there is none that you may see.
    async fn api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key's id.")] id: ApiKeyId,
    ) -> Nullable<ApiKeyNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// Your API keys, the newest first; for owners those of everybody.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which keys.")] filter: Option<Box<ApiKeyFilter>>,
        #[graphql(desc = "Text in the name.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<ApiKeyOrder>>,
    ) -> Result<Connection<ApiKeyNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<ApiKeyNode>(ctx.app().require(&service::OWN))?;
        let me = ctx.app().user().map_or(Value::Null, |user| Value::Id(user.0));
        let own = Predicate::equal(inputs::USER_ID, me);
        let page = service::list(ctx.app(), listing, own, ctx.selects("totalCount")).await?;
        Ok(page.map(ApiKeyNode::from).into())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "ApiKeyMutation")]
impl Mutation {
    /// Makes an API key for yourself, or, as an owner, for a service account. It does what its
    /// account may do, as far as its scopes go.
    async fn api_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new key.")] input: ApiKeyCreateInput,
    ) -> Result<ApiKeyCreatePayload> {
        let made = service::create(ctx.app(), input.into()).await;
        let made = made.map(|(key, secret)| (key.into(), secret.reveal().to_owned()));
        ApiKeyCreatePayload::from(made)
    }

    /// Gives a key a new secret. The old one holds a while longer, so that nothing stands still.
    async fn api_key_rotate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key's id.")] id: ApiKeyId,
        #[graphql(
            desc = "For how long the old secret still holds: at most 86400, which is a day; 0 for no longer.",
            default = 3600
        )]
        overlap_seconds: i32,
    ) -> Result<ApiKeyRotatePayload> {
        let rotated = service::rotate(ctx.app(), id, overlap_seconds).await;
        let rotated = rotated.map(|(key, secret)| (key.into(), secret.reveal().to_owned()));
        ApiKeyRotatePayload::from(rotated)
    }

    /// Revokes a key. It and the tokens it was exchanged for do not hold from this moment on.
    async fn api_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key's id.")] id: ApiKeyId,
    ) -> Result<ApiKeyRevokePayload> {
        ApiKeyRevokePayload::from(service::revoke(ctx.app(), id).await.map(Into::into))
    }

    /// Exchanges an API key for a token that lives at most 15 minutes (OAuth 2.0, client
    /// credentials). Needs no token; on the tenant's own host.
    async fn token_create_for_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key, and what the token is for.")] input: TokenCreateForClientInput,
    ) -> Result<TokenCreateForClientPayload> {
        let TokenCreateForClientInput { client_id, client_secret, scope } = input;
        let app = ctx.app();
        Ok(match service::exchange(app, &client_id, &client_secret, scope.as_deref()).await {
            Ok(token) => TokenCreateForClientPayload {
                access_token: Some(token.access_token),
                expires_in: Some(token.expires_in),
                scope: Some(token.scopes.names().join(" ")),
                user_errors: vec![],
            },
            Err(e) => {
                TokenCreateForClientPayload { user_errors: user_errors(e)?, ..Default::default() }
            }
        })
    }
}
