//! Patterns that names of events match: `Task.assigned_to.UPDATE`, `Task.*`, `*.CREATE`.

use super::{Event, EventAction};

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<T> {
    /// `*`
    Any,
    Is(T),
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub entity: Part<String>,
    /// A field that was changed, or given a value when the entity was added.
    pub field: Part<String>,
    pub action: Part<EventAction>,
}

impl Pattern {
    /// Reads `*`, `Entity.ACTION` or `Entity.field.ACTION`, each part of which may be `*`; or says
    /// what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let parts: Vec<&str> = text.split('.').collect();
        let (entity, field, action) = match parts[..] {
            ["*"] => ("*", "*", "*"),
            [entity, action] => (entity, "*", action),
            [entity, field, action] => (entity, field, action),
            _ => return Err("is not like Task.UPDATE, Task.status.UPDATE or Task.*"),
        };
        let action = match action {
            "*" => Part::Any,
            name => {
                let known = EventAction::ALL.into_iter().find(|action| action.name() == name);
                let known = known.ok_or("must end in CREATE, UPDATE, DELETE, RESTORE or *");
                Part::Is(known?)
            }
        };
        let (entity, field) = (part(entity)?, part(field)?);
        Ok(Self { entity, field, action })
    }

    pub fn matches(&self, event: &Event) -> bool {
        let entity = match &self.entity {
            Part::Any => true,
            Part::Is(entity) => entity == event.entity,
        };
        let action = match self.action {
            Part::Any => true,
            Part::Is(action) => action == event.action,
        };
        let field = match &self.field {
            Part::Any => true,
            Part::Is(field) => event.touches(field),
        };
        entity && action && field
    }
}

fn part(text: &str) -> Result<Part<String>, &'static str> {
    let word = !text.is_empty()
        && text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match text {
        "*" => Ok(Part::Any),
        text if word => Ok(Part::Is(text.to_owned())),
        _ => Err("has a part that is neither a name nor *"),
    }
}
