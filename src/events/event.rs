//! A row of the record, read as an event.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Tracked;
use crate::audit::{ActorKind, Recorded};
use crate::base::ids;

crate::id!(/** An event. */ EventId, "event");

/// Columns that change with every change, and say nothing about it.
const BOOKKEEPING: [&str; 3] = ["version", "updated_at", "updated_by"];

/// What happened to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum EventAction {
    /// It was added.
    Create,
    /// It was changed.
    Update,
    /// It was deleted, or put into the trash.
    Delete,
    /// It came out of the trash.
    Restore,
}

impl EventAction {
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Restore];

    /// As the names of events end.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Restore => "RESTORE",
        }
    }

    /// As actions in the record end: `task.create`. There are many ways to change something.
    pub const fn verb(self) -> Option<&'static str> {
        match self {
            Self::Create => Some("create"),
            Self::Delete => Some("delete"),
            Self::Restore => Some("restore"),
            Self::Update => None,
        }
    }

    fn of(action: &str) -> Self {
        let verb = action.rsplit('.').next();
        Self::ALL.into_iter().find(|a| a.verb() == verb).unwrap_or(Self::Update)
    }
}

/// A change of a tracked entity.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: EventId,
    /// Its number in the tenant: the order of the commits.
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub entity: &'static str,
    /// What the entity's ids begin with.
    pub kind: &'static str,
    pub object: Uuid,
    pub action: EventAction,
    /// The stored columns before, or of them those that differ.
    pub before: Option<Map<String, Value>>,
    pub after: Option<Map<String, Value>>,
    pub actor_kind: ActorKind,
    pub actor: Option<Uuid>,
    pub correlation_id: String,
}

impl Event {
    /// A row that is about such an entity.
    pub fn about(tracked: &Tracked, row: Recorded) -> Self {
        // What is no JSON was altered by hand, and no state that anything could be done with.
        let state = |text: Option<String>| serde_json::from_str(&text?).ok();
        Self {
            id: EventId(row.id.0),
            seq: row.seq,
            at: row.at,
            entity: tracked.entity,
            kind: tracked.kind(),
            object: row.object_id,
            action: EventAction::of(&row.action),
            before: state(row.before),
            after: state(row.after),
            actor_kind: row.actor_kind,
            actor: row.actor_id,
            correlation_id: row.correlation_id,
        }
    }

    /// Without the values of these columns; that they were changed can still be told.
    #[must_use]
    pub fn without(mut self, columns: &[&str]) -> Self {
        for state in [&mut self.before, &mut self.after].into_iter().flatten() {
            let hidden = state.iter_mut().filter(|(column, _)| columns.contains(&column.as_str()));
            hidden.for_each(|(_, value)| *value = Value::Null);
        }
        self
    }

    /// What an update changed; of other actions nothing.
    pub fn changed(&self) -> Vec<&str> {
        if self.action != EventAction::Update {
            return vec![];
        }
        let fields = [&self.before, &self.after].into_iter().flatten().flat_map(Map::keys);
        let mut fields: Vec<&str> =
            fields.map(String::as_str).filter(|f| !BOOKKEEPING.contains(f)).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// `Task.assigned_to.UPDATE` when that alone was changed, else `Task.UPDATE`.
    pub fn name(&self) -> String {
        match self.changed()[..] {
            [field] => self.name_of(field),
            _ => format!("{}.{}", self.entity, self.action.name()),
        }
    }

    /// All of its names: `Task.UPDATE`, and one for each field that was changed.
    pub fn names(&self) -> Vec<String> {
        let whole = format!("{}.{}", self.entity, self.action.name());
        let fields = self.changed().into_iter().map(|field| self.name_of(field));
        std::iter::once(whole).chain(fields).collect()
    }

    fn name_of(&self, field: &str) -> String {
        format!("{}.{field}.{}", self.entity, self.action.name())
    }

    /// Whether a field was changed, or given a value when the entity was added.
    pub fn touches(&self, field: &str) -> bool {
        let has = |state: &Option<Map<String, Value>>| state.as_ref()?.get(field).cloned();
        match self.action {
            EventAction::Update => has(&self.before).or_else(|| has(&self.after)).is_some(),
            EventAction::Create => has(&self.after).is_some_and(|value| !value.is_null()),
            EventAction::Delete | EventAction::Restore => false,
        }
    }

    /// Whether the column held this id before or after, as far as the event tells.
    pub fn mentions(&self, column: &str, id: Uuid) -> bool {
        [&self.before, &self.after].into_iter().flatten().any(|state| holds(state, column, id))
    }

    /// Whether the column held this id before.
    pub fn had(&self, column: &str, id: Uuid) -> bool {
        self.before.as_ref().is_some_and(|state| holds(state, column, id))
    }
}

fn holds(state: &Map<String, Value>, column: &str, id: Uuid) -> bool {
    let named = state.get(column).and_then(Value::as_str).and_then(ids::decode);
    named.is_some_and(|(_, named)| named == id)
}
