//! Operators in the API.

mod inputs;
mod mutations;
mod sessions;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

pub use inputs::{OperatorFilter, OperatorOrder};
pub use mutations::Mutation;

use self::sessions::OperatorSessionNode;
use super::{Operator, service};
use crate::authz::OperatorId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::platform::require_admin;

/// A user of the platform: somebody who runs the installation, or an organization of tenants.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Operator", complex)]
pub struct OperatorNode {
    #[graphql(skip)]
    key: OperatorId,
    /// The name they may sign in with.
    username: String,
    /// Their address. They may sign in with it.
    email: EmailAddress,
    /// Given name; empty when not given.
    first_name: String,
    /// Family name; empty when not given.
    last_name: String,
    /// Whether they run the whole installation. Others may do what their organizations give them.
    is_admin: bool,
    /// Whether they may sign in.
    is_active: bool,
    /// When they last signed in.
    last_sign_in_at: Option<DateTime>,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When they were added.
    created_at: DateTime,
    /// When they were last changed.
    updated_at: DateTime,
}

#[ComplexObject]
impl OperatorNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }
}

impl From<Operator> for OperatorNode {
    fn from(o: Operator) -> Self {
        Self {
            key: o.id,
            username: o.username,
            email: EmailAddress(o.email),
            first_name: o.first_name,
            last_name: o.last_name,
            is_admin: o.is_admin,
            is_active: o.is_active,
            last_sign_in_at: o.last_sign_in_at.map(Into::into),
            version: o.version,
            created_at: o.created_at.into(),
            updated_at: o.updated_at.into(),
        }
    }
}

crate::listed!(OperatorNode, "Operator");

impl Sorted for OperatorNode {
    const ID: Column = inputs::ID;
    const DEFAULT: Sort = Sort { column: inputs::LAST_NAME, descending: false };
    const SEARCH: &'static [Column] =
        &[inputs::FIRST_NAME, inputs::LAST_NAME, inputs::EMAIL, inputs::USERNAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::FIRST_NAME => Value::Text(self.first_name.clone()),
            inputs::LAST_NAME => Value::Text(self.last_name.clone()),
            inputs::EMAIL => Value::Text(self.email.0.clone()),
            inputs::USERNAME => Value::Text(self.username.clone()),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            inputs::LAST_SIGN_IN_AT => {
                self.last_sign_in_at.map_or(Value::Null, |t| Value::Time(t.0))
            }
            _ => Value::Id(self.key.0),
        }
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "OperatorQuery")]
impl Query {
    /// The platform operator who is signed in; null for everybody else.
    async fn viewer_operator(&self, ctx: &Context<'_>) -> Nullable<OperatorNode> {
        nullable(service::viewer(ctx.app()).await.map(|who| who.map(Into::into)))
    }

    /// Where you are signed in to the platform, the last used first; at most 100. Operators only.
    async fn viewer_operator_sessions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<OperatorSessionNode>> {
        let (own, current) = (service::own(ctx.app()).await?, ctx.app().session());
        Ok(own.into_iter().map(|s| OperatorSessionNode::new(s, current)).collect())
    }

    /// One operator, or null when there is none. Platform administrators only.
    async fn operator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The operator's id.")] id: OperatorId,
    ) -> Nullable<OperatorNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// All operators, by last name unless ordered otherwise. Platform administrators only.
    async fn operators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which operators.")] filter: Option<Box<OperatorFilter>>,
        #[graphql(desc = "Text in a name or the address.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<OperatorOrder>>,
    ) -> Result<Connection<OperatorNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<OperatorNode>(require_admin(ctx.app()))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(OperatorNode::from).into())
    }
}
