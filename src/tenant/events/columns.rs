//! The columns of the record that events are filtered and sorted by, and what filters stand for.

use crate::db::{Column, JsonField, Predicate, Test, Value, pattern};
use crate::events::{EventAction, Part, Pattern, Tracked};

pub const ID: Column = Column::id("audit_log", "id");
pub const SEQ: Column = Column::long("audit_log", "seq");
pub const AT: Column = Column::time("audit_log", "at");
pub const OBJECT_ID: Column = Column::id("audit_log", "object_id");
pub const ACTOR_ID: Column = Column::id("audit_log", "actor_id").nullable();
pub const CORRELATION_ID: Column = Column::new("audit_log", "correlation_id");
const KIND: Column = Column::new("audit_log", "object_kind");
const ACTION: Column = Column::new("audit_log", "action");
const AFTER: Column = Column::new("audit_log", "after");

fn none() -> Predicate {
    Predicate::Any(vec![])
}

fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

/// Events of this entity.
pub fn of_kind(kind: &str) -> Predicate {
    Predicate::equal(KIND, Value::Text(kind.to_owned()))
}

/// Events of one entity.
pub fn of_action(action: EventAction) -> Predicate {
    let ends_in = |verb| Predicate::Is(ACTION, Test::Like, pattern("%.", verb, ""));
    match action.verb() {
        Some(verb) => ends_in(verb),
        None => {
            let others = EventAction::ALL.into_iter().filter_map(EventAction::verb);
            not(Predicate::Any(others.map(ends_in).collect()))
        }
    }
}

/// Events that the pattern matches, as the database finds them.
pub fn of_pattern(pattern: &Pattern, tracked: &[&Tracked]) -> Predicate {
    let entity = match &pattern.entity {
        Part::Any => Predicate::True,
        Part::Is(name) => {
            let known = tracked.iter().find(|t| t.entity == name);
            known.map_or_else(none, |t| of_kind(t.kind()))
        }
    };
    let action = match pattern.action {
        Part::Any => Predicate::True,
        Part::Is(action) => of_action(action),
    };
    entity.and(action).and(match &pattern.field {
        Part::Any => Predicate::True,
        Part::Is(field) => touching(field),
    })
}

/// See [`Event::touches`](crate::events::Event::touches). An update records the same fields before
/// and after.
fn touching(field: &str) -> Predicate {
    let json = |has_value| {
        Predicate::JsonField(JsonField { column: AFTER, field: field.to_owned(), has_value })
    };
    Predicate::Any(vec![
        of_action(EventAction::Update).and(json(false)),
        of_action(EventAction::Create).and(json(true)),
    ])
}
