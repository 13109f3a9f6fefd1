//! The record of changes in the API. The platform's looks the same.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Json, Object, SimpleObject};
use uuid::Uuid;

use super::service;
use crate::audit::{ActorKind, AuditEntryId, Recorded};
use crate::authz::OperatorId;
use crate::base::ids::{UserId, encode};
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::filter::{AnyId, Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Connection, ListArgs, Order, OrderDirection};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::security_events::graphql::actor_id;
use crate::tenant::users::graphql::{self as users, UserNode};

const ID_COLUMN: Column = Column::id("audit_log", "id");
const SEQ: Column = Column::long("audit_log", "seq");
const AT: Column = Column::time("audit_log", "at");
const ACTION: Column = Column::new("audit_log", "action");
const OBJECT_KIND: Column = Column::new("audit_log", "object_kind");
const OBJECT_ID: Column = Column::id("audit_log", "object_id");
const ACTOR_ID: Column = Column::id("audit_log", "actor_id").nullable();
const CORRELATION_ID: Column = Column::new("audit_log", "correlation_id");

/// A change, as it was recorded with the change itself. Entries can be read and never changed; each
/// holds the hash of the one before, so that `taruvi audit verify` finds what was altered later.
#[derive(Clone, SimpleObject)]
#[graphql(name = "AuditEntry", complex)]
pub struct AuditEntryNode {
    #[graphql(skip)]
    key: AuditEntryId,
    /// Its number: the first entry has 1, and none is left out.
    sequence: i64,
    /// When the change was made.
    at: DateTime,
    /// What was done, such as `task.update`: what kind of object, and how it was changed.
    action: String,
    /// What kind of object was changed, such as `task`.
    object_kind: String,
    /// What the object was before, or of it the fields that differ: a JSON object of the stored
    /// columns. Null for new ones. Passwords and other secrets are never recorded.
    before: Option<Json<serde_json::Value>>,
    /// What the object is now, or of it the fields that differ. Null for those that are gone.
    after: Option<Json<serde_json::Value>>,
    /// What kind of actor made the change.
    actor_kind: ActorKind,
    /// The address it was made from.
    ip_address: Option<String>,
    /// The program it was made with, as it calls itself (`User-Agent`).
    user_agent: Option<String>,
    /// Ties it to log lines, errors and other entries of the same request.
    correlation_id: String,
    /// The hash over this entry and the one before it, in hexadecimal digits.
    hash: String,
    #[graphql(skip)]
    object: Uuid,
    #[graphql(skip)]
    actor: Option<Uuid>,
    #[graphql(skip)]
    key_used: Option<Uuid>,
    #[graphql(skip)]
    impersonator: Option<Uuid>,
}

impl From<Recorded> for AuditEntryNode {
    fn from(e: Recorded) -> Self {
        // What is no JSON was altered, and is shown as it is.
        let state = |text: String| {
            Json(serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text)))
        };
        Self {
            key: e.id,
            sequence: e.seq,
            at: e.at.into(),
            action: e.action,
            object_kind: e.object_kind,
            before: e.before.map(state),
            after: e.after.map(state),
            actor_kind: e.actor_kind,
            ip_address: e.ip,
            user_agent: e.user_agent,
            correlation_id: e.correlation_id,
            hash: crate::audit::hex(&e.hash),
            object: e.object_id,
            actor: e.actor_id,
            key_used: e.key_id,
            impersonator: e.impersonator_id,
        }
    }
}

crate::listed!(AuditEntryNode, "AuditEntry");

impl Sorted for AuditEntryNode {
    const ID: Column = ID_COLUMN;
    const DEFAULT: Sort = Sort { column: SEQ, descending: true };
    const SEARCH: &'static [Column] = &[];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            SEQ => Value::Long(self.sequence),
            AT => Value::Time(self.at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl AuditEntryNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The global id of what was changed, which may be gone.
    async fn object_id(&self) -> ID {
        ID(encode(&self.object_kind, self.object))
    }

    /// Whose doing it was: the id of a user or of a platform user; null for the server itself and
    /// for somebody unknown.
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

/// Which entries. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct AuditFilter {
    /// All of these hold.
    and: Option<Vec<AuditFilter>>,
    /// At least one of these holds.
    or: Option<Vec<AuditFilter>>,
    /// This does not hold.
    not: Option<Box<AuditFilter>>,
    /// By what was done, such as `task.update`.
    action: Option<StringFilter>,
    /// By the kind of object, such as `task`.
    object_kind: Option<StringFilter>,
    /// By the object's id.
    object_id: Option<IDFilter>,
    /// By whose doing it was.
    actor_id: Option<IDFilter>,
    /// By when it was done.
    at: Option<DateTimeFilter>,
    /// By the request it belongs to.
    correlation_id: Option<StringFilter>,
}

impl Filter for AuditFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.text("action", ACTION, &self.action);
        all.text("objectKind", OBJECT_KIND, &self.object_kind);
        all.id::<AnyId>("objectId", OBJECT_ID, &self.object_id);
        all.id::<AnyId>("actorId", ACTOR_ID, &self.actor_id);
        all.time(AT, &self.at);
        all.text("correlationId", CORRELATION_ID, &self.correlation_id);
    }
}

/// What entries can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum AuditOrderField {
    /// Their numbers: the order in which they were written.
    Sequence,
    /// When the change was made.
    At,
}

/// One part of an ordering of entries.
#[derive(Debug, Clone, InputObject)]
pub struct AuditOrder {
    /// What to sort by.
    field: AuditOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for AuditOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            AuditOrderField::Sequence => SEQ,
            AuditOrderField::At => AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}

/// The arguments of a list of entries.
pub type AuditList = ListArgs<AuditFilter, AuditOrder>;

#[derive(Default)]
pub struct Query;

#[Object(name = "AuditLogQuery")]
impl Query {
    /// Who changed what in the tenant, when and from where, the newest first unless ordered
    /// otherwise. Owners only. Every change is recorded together with the change itself, also those
    /// made by commands; what failed is not. Entries are kept for good.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which entries.")] filter: Option<Box<AuditFilter>>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<AuditOrder>>,
    ) -> Result<Connection<AuditEntryNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = AuditList { page, filter, search: None, order_by }
            .listing::<AuditEntryNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(AuditEntryNode::from).into())
    }
}
