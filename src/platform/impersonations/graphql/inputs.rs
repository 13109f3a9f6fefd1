//! What callers say about impersonations: inputs, filter, order.

use async_graphql::{Enum, InputObject};

use super::super::{ImpersonationId, NewImpersonation};
use crate::authz::OperatorId;
use crate::base::ids::{TenantId, UserId};
use crate::db::{Column, Sort};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter};
use crate::graphql::paging::{Order, OrderDirection};

pub(super) const ID: Column = Column::id("impersonations", "id");
pub(super) const STARTED_AT: Column = Column::time("impersonations", "started_at");
pub(super) const ENDS_AT: Column = Column::time("impersonations", "ends_at");
pub(super) const REASON: Column = Column::new("impersonations", "reason");
pub(super) const USER_EMAIL: Column = Column::new("impersonations", "user_email");
const ENDED_AT: Column = Column::time("impersonations", "ended_at").nullable();
const OPERATOR_ID: Column = Column::id("impersonations", "operator_id");
const TENANT_ID: Column = Column::id("impersonations", "tenant_id").nullable();
const USER_ID: Column = Column::id("impersonations", "user_id");

/// Whom to impersonate, and why.
#[derive(InputObject)]
pub struct ImpersonationStartInput {
    /// The tenant.
    tenant_id: TenantId,
    /// An active person of it.
    user_id: UserId,
    /// Why, in 10 to 500 characters. The tenant reads it, too.
    reason: String,
    /// After how many minutes it is over: 1 to 60.
    #[graphql(default = 30)]
    minutes: i32,
}

impl From<ImpersonationStartInput> for NewImpersonation {
    fn from(i: ImpersonationStartInput) -> Self {
        let reason = i.reason.trim().to_owned();
        Self { tenant: i.tenant_id, user: i.user_id, reason, minutes: i.minutes }
    }
}

/// Which impersonations. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct ImpersonationFilter {
    /// All of these hold.
    and: Option<Vec<ImpersonationFilter>>,
    /// At least one of these holds.
    or: Option<Vec<ImpersonationFilter>>,
    /// This does not hold.
    not: Option<Box<ImpersonationFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By administrator.
    operator_id: Option<IDFilter>,
    /// By tenant.
    tenant_id: Option<IDFilter>,
    /// By user.
    user_id: Option<IDFilter>,
    /// By the time they began.
    started_at: Option<DateTimeFilter>,
    /// By the time they are over by themselves.
    ends_at: Option<DateTimeFilter>,
    /// By the time they were ended before that.
    ended_at: Option<DateTimeFilter>,
}

impl Filter for ImpersonationFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<ImpersonationId>("id", ID, &self.id);
        all.id::<OperatorId>("operatorId", OPERATOR_ID, &self.operator_id);
        all.id::<TenantId>("tenantId", TENANT_ID, &self.tenant_id);
        all.id::<UserId>("userId", USER_ID, &self.user_id);
        all.time(STARTED_AT, &self.started_at);
        all.time(ENDS_AT, &self.ends_at);
        all.time(ENDED_AT, &self.ended_at);
    }
}

/// What impersonations can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ImpersonationOrderField {
    /// When they began.
    StartedAt,
    /// When they are over by themselves.
    EndsAt,
}

/// One part of an ordering of impersonations.
#[derive(Debug, Clone, InputObject)]
pub struct ImpersonationOrder {
    /// What to sort by.
    field: ImpersonationOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for ImpersonationOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            ImpersonationOrderField::StartedAt => STARTED_AT,
            ImpersonationOrderField::EndsAt => ENDS_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
