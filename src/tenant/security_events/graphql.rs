//! Security events in the API. The platform's look the same.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use super::service;
use crate::audit::ActorKind;
use crate::authz::OperatorId;
use crate::base::ids::{UserId, encode};
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Connection, ListArgs, Order, OrderDirection};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::security::{Kind, SecurityEvent, SecurityEventId};
use crate::tenant::users::graphql::{self as users, UserNode};

const ID_COLUMN: Column = Column::id("security_events", "id");
const AT: Column = Column::time("security_events", "at");
const KIND: Column = Column::new("security_events", "kind");
const ACTOR_ID: Column = Column::id("security_events", "actor_id").nullable();
const IP: Column = Column::new("security_events", "ip").nullable();
const DETAIL: Column = Column::new("security_events", "detail");

/// Something that happened and concerns security: a sign-in, a refused token, a limit reached.
/// Nothing is ever blocked because it looks like an attack; what was refused says so by its kind.
#[derive(Clone, SimpleObject)]
#[graphql(name = "SecurityEvent", complex)]
pub struct SecurityEventNode {
    #[graphql(skip)]
    key: SecurityEventId,
    /// What happened.
    kind: Kind,
    /// How often, within about a minute: floods of alike events become one with a count.
    count: i32,
    /// More about it in words, such as the name that somebody tried; may be empty. Values that
    /// callers sent are not kept.
    detail: String,
    /// When it happened; of several the last one.
    at: DateTime,
    /// What kind of actor did it.
    actor_kind: ActorKind,
    #[graphql(skip)]
    actor: Option<Uuid>,
    #[graphql(skip)]
    key_used: Option<Uuid>,
    #[graphql(skip)]
    impersonator: Option<Uuid>,
    /// The address it came from.
    ip_address: Option<String>,
    /// The program it came from, as it calls itself (`User-Agent`).
    user_agent: Option<String>,
    /// Ties it to log lines, errors and other entries of the same request.
    correlation_id: String,
}

impl From<SecurityEvent> for SecurityEventNode {
    fn from(e: SecurityEvent) -> Self {
        Self {
            key: e.id,
            kind: e.kind,
            count: e.count,
            detail: e.detail,
            at: e.at.into(),
            actor_kind: e.actor_kind,
            actor: e.actor_id,
            key_used: e.key_id,
            impersonator: e.impersonator_id,
            ip_address: e.ip,
            user_agent: e.user_agent,
            correlation_id: e.correlation_id,
        }
    }
}

crate::listed!(SecurityEventNode, "SecurityEvent");

impl Sorted for SecurityEventNode {
    const ID: Column = ID_COLUMN;
    const DEFAULT: Sort = Sort { column: AT, descending: true };
    const SEARCH: &'static [Column] = &[DETAIL];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            AT => Value::Time(self.at.0),
            KIND => Value::Text(self.kind.stored().to_owned()),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl SecurityEventNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// Whose doing it was: the id of a user or of a platform user; null for somebody unknown.
    async fn actor_id(&self) -> Option<ID> {
        actor_id(self.actor_kind, self.actor)
    }

    /// The user whose doing it was; null for all others, and for users who are gone.
    async fn actor(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        let user = self.actor.filter(|_| self.actor_kind == ActorKind::User);
        users::of(ctx, user.map(UserId)).await
    }

    /// The API key they used, if it was one.
    async fn api_key_id(&self) -> Option<ID> {
        self.key_used.map(|id| ID(encode("api_key", id)))
    }

    /// The platform administrator who acted in the user's place.
    async fn impersonator_id(&self) -> Option<ID> {
        self.impersonator.map(|id| OperatorId(id).into())
    }
}

/// The global id of an actor.
pub(in crate::tenant) fn actor_id(kind: ActorKind, id: Option<Uuid>) -> Option<ID> {
    match kind {
        ActorKind::User => id.map(|id| UserId(id).into()),
        ActorKind::Operator => id.map(|id| OperatorId(id).into()),
        ActorKind::System | ActorKind::Anonymous => None,
    }
}

crate::enum_filter!(
    /// Conditions on what happened.
    SecurityEventKindFilter, Kind, text
);

/// Which events. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct SecurityEventFilter {
    /// All of these hold.
    and: Option<Vec<SecurityEventFilter>>,
    /// At least one of these holds.
    or: Option<Vec<SecurityEventFilter>>,
    /// This does not hold.
    not: Option<Box<SecurityEventFilter>>,
    /// By what happened.
    kind: Option<SecurityEventKindFilter>,
    /// By the user whose doing it was.
    actor_id: Option<IDFilter>,
    /// By the address it came from.
    ip_address: Option<StringFilter>,
    /// By when it happened.
    at: Option<DateTimeFilter>,
}

impl Filter for SecurityEventFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        SecurityEventKindFilter::conditions(&self.kind, KIND, all);
        all.id::<UserId>("actorId", ACTOR_ID, &self.actor_id);
        all.text("ipAddress", IP, &self.ip_address);
        all.time(AT, &self.at);
    }
}

/// What events can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum SecurityEventOrderField {
    /// When it happened.
    At,
    /// What happened, by the kind's name.
    Kind,
}

/// One part of an ordering of events.
#[derive(Debug, Clone, InputObject)]
pub struct SecurityEventOrder {
    /// What to sort by.
    field: SecurityEventOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for SecurityEventOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            SecurityEventOrderField::At => AT,
            SecurityEventOrderField::Kind => KIND,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}

/// The arguments of a list of events.
pub type SecurityEventList = ListArgs<SecurityEventFilter, SecurityEventOrder>;

#[derive(Default)]
pub struct Query;

#[Object(name = "SecurityEventQuery")]
impl Query {
    /// What concerned the tenant's security lately, the newest first unless ordered otherwise.
    /// Owners only. Events are kept for as long as the server's setting
    /// `security.retention_days` says, a year unless changed.
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which events.")] filter: Option<Box<SecurityEventFilter>>,
        #[graphql(desc = "Text in the detail.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<SecurityEventOrder>>,
    ) -> Result<Connection<SecurityEventNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = SecurityEventList { page, filter, search, order_by }
            .listing::<SecurityEventNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(SecurityEventNode::from).into())
    }
}
