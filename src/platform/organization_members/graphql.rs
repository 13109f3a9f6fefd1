//! Members of organizations in the API.

mod inputs;
mod mutations;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};

pub use inputs::{OrganizationMemberFilter, OrganizationMemberOrder};
pub use mutations::Mutation;

use super::loader::Members;
use super::{Member, MemberId};
use crate::authz::{OperatorId, OrganizationRole};
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::children::{ListOf, PageOf};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::platform::organizations::OrganizationId;
use crate::platform::organizations::graphql::OrganizationNode;
use crate::platform::{organizations, sight};

/// An operator's place in an organization.
#[derive(Clone, SimpleObject)]
#[graphql(name = "OrganizationMember", complex)]
pub struct OrganizationMemberNode {
    #[graphql(skip)]
    key: MemberId,
    #[graphql(skip)]
    organization_id: OrganizationId,
    #[graphql(skip)]
    operator: OperatorId,
    /// What they are in it.
    role: OrganizationRole,
    /// Their address.
    email: EmailAddress,
    /// Given name; empty when not given.
    first_name: String,
    /// Family name; empty when not given.
    last_name: String,
    /// Whether they may sign in.
    is_active: bool,
    /// When they were added.
    created_at: DateTime,
}

impl From<Member> for OrganizationMemberNode {
    fn from(Member { membership: m, person: p }: Member) -> Self {
        Self {
            key: m.id,
            organization_id: m.organization_id,
            operator: m.operator_id,
            role: m.role,
            email: EmailAddress(p.email),
            first_name: p.first_name,
            last_name: p.last_name,
            is_active: p.is_active,
            created_at: m.created_at.into(),
        }
    }
}

crate::listed!(OrganizationMemberNode, "OrganizationMember");

impl Sorted for OrganizationMemberNode {
    const ID: Column = inputs::ID;
    const DEFAULT: Sort = Sort { column: inputs::CREATED_AT, descending: false };
    const SEARCH: &'static [Column] = &[inputs::FIRST_NAME, inputs::LAST_NAME, inputs::EMAIL];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::EMAIL => Value::Text(self.email.0.clone()),
            inputs::LAST_NAME => Value::Text(self.last_name.clone()),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl OrganizationMemberNode {
    /// Global id, of the membership.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The operator's own id.
    async fn operator_id(&self) -> ID {
        self.operator.into()
    }

    /// The organization.
    async fn organization(&self, ctx: &Context<'_>) -> Nullable<OrganizationNode> {
        organizations::graphql::of(ctx, Some(self.organization_id)).await
    }
}

/// The arguments of a list of members.
pub type MemberList = ListArgs<OrganizationMemberFilter, OrganizationMemberOrder>;

/// The members of an organization that the caller sees; one statement for all organizations of
/// the operation.
pub async fn members_of(
    ctx: &Context<'_>,
    organization: OrganizationId,
    args: MemberList,
) -> Result<Connection<OrganizationMemberNode>> {
    let listing = args.listing::<OrganizationMemberNode>(sight(ctx.app()).map(drop))?;
    let total = ctx.selects("totalCount");
    let list = Arc::new(ListOf { column: inputs::ORGANIZATION_ID, listing, with: Members, total });
    let page = ctx.app().load(PageOf { parent: organization.0, list }).await?;
    let page = page.ok_or_else(|| AppError::internal("a page was not loaded"))?;
    Ok(page.map(OrganizationMemberNode::from).into())
}
