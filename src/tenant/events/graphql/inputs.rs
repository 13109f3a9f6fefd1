//! What callers say about events: filter and order.

use async_graphql::{Enum, InputObject};

use super::super::columns as c;
use crate::db::{Predicate, Sort};
use crate::events::{EventAction, Pattern};
use crate::graphql::filter::{AnyId, Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::tenant::TRACKED;

/// Patterns in one filter.
const MAX_PATTERNS: usize = 10;

/// Which events. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct EventFilter {
    /// All of these hold.
    and: Option<Vec<EventFilter>>,
    /// At least one of these holds.
    or: Option<Vec<EventFilter>>,
    /// This does not hold.
    not: Option<Box<EventFilter>>,
    /// By name: any of these patterns, at most 10, matches. `Task.status.UPDATE`; `Task.CREATE`;
    /// `Task.*` for all of tasks; `*.DELETE`; `Task.assigned_to.*` for those that change the field
    /// and those that add a task with a value in it.
    event_type: Option<Vec<String>>,
    /// By the entity's id.
    entity_id: Option<IDFilter>,
    /// By what happened: any of these.
    action: Option<Vec<EventAction>>,
    /// By whose doing it was.
    actor_id: Option<IDFilter>,
    /// By when it happened.
    at: Option<DateTimeFilter>,
    /// By the request it belongs to.
    correlation_id: Option<StringFilter>,
}

impl Filter for EventFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        if let Some(patterns) = &self.event_type {
            all.add("eventType", matching(patterns));
        }
        if let Some(actions) = &self.action {
            let any = Predicate::Any(actions.iter().map(|a| c::of_action(*a)).collect());
            all.add("action", Ok(any));
        }
        all.id::<AnyId>("entityId", c::OBJECT_ID, &self.entity_id);
        all.id::<AnyId>("actorId", c::ACTOR_ID, &self.actor_id);
        all.time(c::AT, &self.at);
        all.text("correlationId", c::CORRELATION_ID, &self.correlation_id);
    }
}

fn matching(patterns: &[String]) -> Result<Predicate, &'static str> {
    if patterns.len() > MAX_PATTERNS {
        return Err("can't hold more than 10 patterns");
    }
    let read = |text: &String| Ok(c::of_pattern(&Pattern::parse(text)?, TRACKED));
    Ok(Predicate::Any(patterns.iter().map(read).collect::<Result<_, &'static str>>()?))
}

/// What events can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum EventOrderField {
    /// The order in which they were committed.
    Sequence,
    /// When they happened.
    At,
}

/// One part of an ordering of events.
#[derive(Debug, Clone, InputObject)]
pub struct EventOrder {
    /// What to sort by.
    field: EventOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for EventOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            EventOrderField::Sequence => c::SEQ,
            EventOrderField::At => c::AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
