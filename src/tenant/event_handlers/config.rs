//! What a handler does, in detail: whom it tells, in which words, and under which conditions. Kept
//! as JSON.

use async_graphql::Enum;
use minijinja::Environment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::model::EventHandlerKind;
use crate::base::text;
use crate::error::{Invalid, Problem, Result};
use crate::events::{Event, Part, Pattern};
use crate::tenant::notifications::NotificationKind;
use crate::tenant::projects::ProjectId;
use crate::tenant::tasks::TaskPriority;
use crate::tenant::webhooks::WebhookId;

/// A template that takes more steps is no template.
const FUEL: u64 = 20_000;
const MAX_TITLE: usize = 200;
const MAX_BODY: usize = 5_000;
const MAX_CONDITIONS: usize = 10;
const MAX_VALUES: usize = 50;
const MAX_DAYS: i32 = 3_650;

/// Whom a handler tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "EventRecipient")]
pub enum Recipient {
    /// Whom the entity is assigned to.
    Assignee,
    /// Who added it.
    Creator,
    /// All owners of the tenant.
    Owners,
    /// Whom a note mentions that did not before.
    Mentioned,
}

/// How a condition looks at a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "EventConditionOperator")]
pub enum Operator {
    /// It has one of the values.
    In,
    /// It has none of the values.
    NotIn,
    /// It has no value.
    IsNull,
    /// It has a value.
    IsNotNull,
}

/// Something that must hold of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub field: String,
    pub operator: Operator,
    #[serde(default)]
    pub values: Vec<String>,
}

/// What a handler does, and when.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandlerConfig {
    pub recipients: Vec<Recipient>,
    /// What kind of notification it is.
    #[serde(with = "named")]
    pub about: NotificationKind,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Whether who did it is told as well.
    #[serde(default)]
    pub tells_actor: bool,
    /// Where it sends the event.
    #[serde(default)]
    pub webhook: Option<WebhookId>,
    /// Where it adds a task, with what.
    #[serde(default)]
    pub project: Option<ProjectId>,
    #[serde(default)]
    pub due_in_days: Option<i32>,
    #[serde(default, with = "named")]
    pub priority: TaskPriority,
}

impl HandlerConfig {
    pub fn validate(&self, invalid: &mut Invalid, kind: EventHandlerKind, event_type: &str) {
        let writes = kind != EventHandlerKind::Webhook;
        if writes {
            text::line(invalid, "input.title", &self.title, MAX_TITLE);
            text::prose(invalid, "input.body", &self.body, MAX_BODY);
        }
        for (field, template) in [("input.title", &self.title), ("input.body", &self.body)] {
            if let Err(e) = environment().template_from_str(template) {
                invalid.push(Problem::Invalid, field, format!("is no template: {}", e.kind()));
            }
        }
        self.validate_parts(invalid, kind);
        if kind == EventHandlerKind::Task && may_be_a_task(event_type) {
            let why = "may be an event of a task, which would have another one follow for ever";
            invalid.push(Problem::NotAllowed, "input.eventType", why);
        }
        self.validate_conditions(invalid);
    }

    /// What each kind needs, and nothing that it would not look at.
    fn validate_parts(&self, invalid: &mut Invalid, kind: EventHandlerKind) {
        let (sends, adds) = (kind == EventHandlerKind::Webhook, kind == EventHandlerKind::Task);
        let recipients = &self.recipients;
        let mut part = |field: &str, is_there: bool, needed: bool, allowed: bool| {
            if needed && !is_there {
                invalid.push(Problem::Required, field, "is needed by handlers of this kind");
            } else if is_there && !allowed {
                invalid.push(Problem::NotAllowed, field, "is nothing to handlers of this kind");
            }
        };
        part("input.recipients", !recipients.is_empty(), !sends && !adds, !sends);
        part("input.title", sends && !self.title.is_empty(), false, !sends);
        part("input.body", !self.body.is_empty(), false, !sends);
        part("input.webhookId", self.webhook.is_some(), sends, sends);
        part("input.projectId", self.project.is_some(), adds, adds);
        part("input.dueInDays", self.due_in_days.is_some(), false, adds);
        if adds && recipients.len() > 1 {
            invalid.push(Problem::TooLong, "input.recipients", "can't be more than one of a task");
        }
        if self.due_in_days.is_some_and(|days| !(0..=MAX_DAYS).contains(&days)) {
            let why = format!("is not between 0 and {MAX_DAYS}");
            invalid.push(Problem::Invalid, "input.dueInDays", why);
        }
    }

    fn validate_conditions(&self, invalid: &mut Invalid) {
        if self.conditions.len() > MAX_CONDITIONS {
            let why = format!("can't be more than {MAX_CONDITIONS}");
            invalid.push(Problem::TooLong, "input.conditions", why);
        }
        for (n, condition) in self.conditions.iter().enumerate() {
            let wants_values = matches!(condition.operator, Operator::In | Operator::NotIn);
            let field = format!("input.conditions.{n}.values");
            if wants_values && condition.values.is_empty() {
                invalid.push(Problem::Required, &field, "is empty");
            }
            if condition.values.len() > MAX_VALUES {
                let why = format!("can't be more than {MAX_VALUES}");
                invalid.push(Problem::TooLong, &field, why);
            }
        }
    }

    /// Whether all conditions hold.
    pub fn applies_to(&self, event: &Event) -> bool {
        self.conditions.iter().all(|condition| condition.holds(event))
    }

    /// Title and body, in the words of this event.
    pub fn words(&self, facts: &Value) -> Result<(String, String)> {
        let environment = environment();
        let facts = minijinja::Value::from(minijinja::value::Serde(facts));
        let render = |template: &str, max: usize| {
            let text = environment.render_str(template, &facts);
            let text = text.map_err(|e| {
                Invalid::new(Problem::Invalid, "template", format!("does not work: {e}"))
            })?;
            Ok::<_, Invalid>(text.chars().take(max).collect::<String>())
        };
        let title = render(&self.title, MAX_TITLE)?;
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok((title, render(&self.body, MAX_BODY)?))
    }
}

impl Condition {
    fn holds(&self, event: &Event) -> bool {
        let of = |state: &Option<Map<String, Value>>| state.as_ref()?.get(&self.field).cloned();
        // What an update has not changed, the event does not tell.
        let Some(value) = of(&event.after).or_else(|| of(&event.before)) else { return false };
        let is_in = || {
            let text = match &value {
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            self.values.contains(&text)
        };
        match self.operator {
            Operator::In => is_in(),
            Operator::NotIn => !is_in(),
            Operator::IsNull => value.is_null(),
            Operator::IsNotNull => !value.is_null(),
        }
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment
}

fn may_be_a_task(event_type: &str) -> bool {
    let pattern = Pattern::parse(event_type);
    pattern.is_ok_and(|pattern| match pattern.entity {
        Part::Any => true,
        Part::Is(entity) => entity == "Task",
    })
}

/// Values of an enumeration, as the API names them.
mod named {
    use async_graphql::resolver_utils::EnumType;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<E: EnumType, S: Serializer>(value: &E, to: S) -> Result<S::Ok, S::Error> {
        let item = E::items().iter().find(|item| item.value == *value);
        to.serialize_str(item.map_or("", |item| item.name))
    }

    pub fn deserialize<'de, E: EnumType, D: Deserializer<'de>>(from: D) -> Result<E, D::Error> {
        let name = String::deserialize(from)?;
        let item = E::items().iter().find(|item| item.name == name);
        item.map(|item| item.value).ok_or_else(|| D::Error::custom("unknown"))
    }
}
