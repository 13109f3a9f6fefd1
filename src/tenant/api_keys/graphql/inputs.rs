//! What callers say about API keys: inputs, filter, order.

use async_graphql::{Enum, InputObject};

use super::super::{ApiKeyId, NewApiKey};
use crate::base::ids::UserId;
use crate::db::{Column, Sort};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::scalars::DateTime;

pub(super) const ID: Column = Column::id("api_keys", "id");
pub(super) const USER_ID: Column = Column::id("api_keys", "user_id");
pub(super) const NAME: Column = Column::new("api_keys", "name");
pub(super) const CREATED_AT: Column = Column::time("api_keys", "created_at");
pub(super) const EXPIRES_AT: Column = Column::time("api_keys", "expires_at").nullable();
pub(super) const LAST_USED_AT: Column = Column::time("api_keys", "last_used_at").nullable();
const REVOKED_AT: Column = Column::time("api_keys", "revoked_at").nullable();

/// An API key to make.
#[derive(InputObject)]
pub struct ApiKeyCreateInput {
    /// What to call it.
    name: String,
    /// The service account it acts for; yourself when left out.
    service_account_id: Option<UserId>,
    /// Names of permissions, such as `tasks.view`; `*` alone for all that the account has.
    scopes: Vec<String>,
    /// From when on it is refused; never when left out.
    expires_at: Option<DateTime>,
}

impl From<ApiKeyCreateInput> for NewApiKey {
    fn from(i: ApiKeyCreateInput) -> Self {
        Self {
            name: i.name.trim().to_owned(),
            service_account: i.service_account_id,
            scopes: i.scopes,
            expires_at: i.expires_at.map(|time| time.0),
        }
    }
}

/// An API key to exchange.
#[derive(InputObject)]
pub struct TokenCreateForClientInput {
    /// The key's id.
    pub client_id: String,
    /// The key's secret.
    pub client_secret: String,
    /// Names of permissions, apart by spaces; all that the key has when left out.
    pub scope: Option<String>,
}

/// Which API keys. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct ApiKeyFilter {
    /// All of these hold.
    and: Option<Vec<ApiKeyFilter>>,
    /// At least one of these holds.
    or: Option<Vec<ApiKeyFilter>>,
    /// This does not hold.
    not: Option<Box<ApiKeyFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By the user or service account they act for.
    owner_id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By their end.
    expires_at: Option<DateTimeFilter>,
    /// By their last use.
    last_used_at: Option<DateTimeFilter>,
    /// By the time they were revoked; `isNull: true` for those that were not.
    revoked_at: Option<DateTimeFilter>,
    /// By the time they were made.
    created_at: Option<DateTimeFilter>,
}

impl Filter for ApiKeyFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<ApiKeyId>("id", ID, &self.id);
        all.id::<UserId>("ownerId", USER_ID, &self.owner_id);
        all.text("name", NAME, &self.name);
        all.time(EXPIRES_AT, &self.expires_at);
        all.time(LAST_USED_AT, &self.last_used_at);
        all.time(REVOKED_AT, &self.revoked_at);
        all.time(CREATED_AT, &self.created_at);
    }
}

/// What API keys can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ApiKeyOrderField {
    /// Name.
    Name,
    /// When they were made.
    CreatedAt,
    /// When they end.
    ExpiresAt,
    /// When they were last used.
    LastUsedAt,
}

/// One part of an ordering of API keys.
#[derive(Debug, Clone, InputObject)]
pub struct ApiKeyOrder {
    /// What to sort by.
    field: ApiKeyOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for ApiKeyOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            ApiKeyOrderField::Name => NAME,
            ApiKeyOrderField::CreatedAt => CREATED_AT,
            ApiKeyOrderField::ExpiresAt => EXPIRES_AT,
            ApiKeyOrderField::LastUsedAt => LAST_USED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
