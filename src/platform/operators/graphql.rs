//! Operators in the API.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::{Operator, service};
use crate::authz::OperatorId;
use crate::graphql::error::nullable;
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable};

/// Somebody who runs the installation.
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
    /// Whether they may sign in.
    is_active: bool,
    /// When they last signed in.
    last_sign_in_at: Option<DateTime>,
    /// When they were added.
    created_at: DateTime,
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
            is_active: o.is_active,
            last_sign_in_at: o.last_sign_in_at.map(Into::into),
            created_at: o.created_at.into(),
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
}
