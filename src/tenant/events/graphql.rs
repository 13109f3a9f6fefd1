//! Events in the API.

mod appended;
mod history;
mod inputs;
mod mutations;
mod progress;

use async_graphql::{ComplexObject, Context, ID, Json, Object, SimpleObject};
use serde_json::{Map, Value as Fields};
use uuid::Uuid;

pub use appended::Subscription;
use progress::{EventDelivery, EventProcessing};

pub use history::{EventConnection, history_of};
pub use inputs::{EventFilter, EventOrder};
pub use mutations::Mutation;

use super::columns as c;
use super::{EventStatus, again, service};
use crate::audit::ActorKind;
use crate::base::ids::{UserId, encode};
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::events::{Event, EventAction, EventId};
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::ListArgs;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::security_events::graphql::actor_id;
use crate::tenant::users::graphql::{self as users, UserNode};

/// Something that happened to an entity: exactly one for each project, task, document and so on
/// that a change touches, written in the change's own transaction and never altered. All events of
/// an entity, in their order, are its history.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Event", complex)]
pub struct EventNode {
    #[graphql(skip)]
    key: EventId,
    /// Its place in the order in which the tenant's changes were committed. Numbers are left out
    /// where something changed that has no events; none ever appears behind one that was read.
    sequence: i64,
    /// Its name, such as `Task.CREATE`; `Task.assigned_to.UPDATE` for an update of that field alone.
    event_type: String,
    /// All names that patterns match: `Task.UPDATE`, and one for each field that was changed.
    event_types: Vec<String>,
    /// What kind of entity it is about, such as `Task`.
    entity_type: String,
    /// What happened to it.
    action: EventAction,
    /// What it was before, or of an update the fields that differ: a JSON object of the stored
    /// columns. Null for what is new.
    previous_state: Option<Json<Map<String, Fields>>>,
    /// What it is now, or of an update the fields that differ. Null for what is gone.
    current_state: Option<Json<Map<String, Fields>>>,
    /// The fields that an update changed; empty for other actions.
    changed_fields: Vec<String>,
    /// What kind of actor made the change.
    actor_kind: ActorKind,
    /// Ties it to log lines, errors and other events of the same request.
    correlation_id: String,
    /// When it happened.
    at: DateTime,
    #[graphql(skip)]
    kind: &'static str,
    #[graphql(skip)]
    object: Uuid,
    #[graphql(skip)]
    actor: Option<Uuid>,
}

impl From<Event> for EventNode {
    fn from(e: Event) -> Self {
        Self {
            key: e.id,
            sequence: e.seq,
            event_type: e.name(),
            event_types: e.names(),
            entity_type: e.entity.to_owned(),
            action: e.action,
            changed_fields: e.changed().into_iter().map(str::to_owned).collect(),
            previous_state: e.before.map(Json),
            current_state: e.after.map(Json),
            actor_kind: e.actor_kind,
            correlation_id: e.correlation_id,
            at: e.at.into(),
            kind: e.kind,
            object: e.object,
            actor: e.actor,
        }
    }
}

crate::listed!(EventNode, "Event");

impl Sorted for EventNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::SEQ, descending: true };
    const SEARCH: &'static [Column] = &[];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::SEQ => Value::Long(self.sequence),
            c::AT => Value::Time(self.at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl EventNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The tenant it happened in.
    async fn tenant_id(&self, ctx: &Context<'_>) -> Result<ID> {
        Ok(ctx.app().tenant()?.id.into())
    }

    /// The global id of the entity, which may be gone: `node` finds it, if it is still there.
    async fn entity_id(&self) -> ID {
        ID(encode(self.kind, self.object))
    }

    /// Whose doing it was: the id of a user or of a platform user; null for the server itself.
    async fn actor_id(&self) -> Option<ID> {
        actor_id(self.actor_kind, self.actor)
    }

    /// How far its handlers have come with it; for those who may see handlers, null for others.
    async fn status(&self, ctx: &Context<'_>) -> Nullable<EventStatus> {
        nullable(progress::of(ctx, self.sequence).await.map(|found| found.map(|p| p.status())))
    }

    /// What each of its handlers has done; for those who may see handlers, empty for others.
    async fn deliveries(&self, ctx: &Context<'_>) -> Result<Vec<EventDelivery>> {
        let found = progress::of(ctx, self.sequence).await?;
        Ok(found.into_iter().flat_map(|p| p.deliveries).map(EventDelivery::from).collect())
    }

    /// The user whose doing it was; null for all others, and for users who are gone.
    async fn actor(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        let user = self.actor.filter(|_| self.actor_kind == ActorKind::User);
        users::of(ctx, user.map(UserId)).await
    }
}

/// The arguments of a list of events.
pub type EventList = ListArgs<EventFilter, EventOrder>;

#[derive(Default)]
pub struct Query;

#[Object(name = "EventQuery")]
impl Query {
    /// Whether the tenant's events are handled.
    async fn event_processing(&self, ctx: &Context<'_>) -> Result<EventProcessing> {
        Ok(again::state(ctx.app()).await?.into())
    }

    /// One event, or null when there is none that you may see.
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The event's id.")] id: EventId,
    ) -> Nullable<EventNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// What happened to the entities that you may see, the newest first unless ordered otherwise.
    /// Read in the order of `SEQUENCE`, going on from the last cursor misses nothing: no event ever
    /// appears behind one that was read.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which events.")] filter: Option<Box<EventFilter>>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<EventOrder>>,
    ) -> Result<EventConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = EventList { page, filter, search: None, order_by }
            .listing::<EventNode>(service::seen(ctx.app()).map(|_| ()))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(EventNode::from).into())
    }
}
