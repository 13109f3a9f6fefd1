//! What callers say about handlers: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{
    Condition, EventHandlerId, EventHandlerKind, HandlerConfig, HandlerPatch, NewHandler, Operator,
    Recipient,
};
use crate::db::Sort;
use crate::error::{Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::{clearable, required};
use crate::tenant::notifications::NotificationKind;
use crate::tenant::projects::ProjectId;
use crate::tenant::tasks::TaskPriority;
use crate::tenant::webhooks::WebhookId;

/// Something that must hold of an event.
#[derive(InputObject)]
pub struct EventConditionInput {
    /// A field of the entity, as it is stored: `status`. Of an update only fields that it changed can
    /// be looked at.
    field: String,
    /// How.
    operator: Operator,
    /// The values for IN and NOT_IN, at most 50, as text.
    #[graphql(default)]
    values: Vec<String>,
}

impl From<EventConditionInput> for Condition {
    fn from(i: EventConditionInput) -> Self {
        Self { field: i.field, operator: i.operator, values: i.values }
    }
}

/// A handler to add.
#[derive(InputObject)]
pub struct EventHandlerCreateInput {
    /// What it is called, in a line of at most 100 characters.
    name: String,
    /// A pattern that the events match: `Client.assigned_to.*`, `Task.CREATE`.
    event_type: String,
    /// What it does.
    kind: EventHandlerKind,
    /// All of these must hold; at most 10.
    #[graphql(default)]
    conditions: Vec<EventConditionInput>,
    /// Whom it tells; of a task, to whom it is assigned. Needed for NOTIFICATION and EMAIL.
    #[graphql(default)]
    recipients: Vec<Recipient>,
    /// What kind of notification it is: people choose for each kind how they want to be told.
    #[graphql(default_with = "NotificationKind::Other")]
    about: NotificationKind,
    /// The title, or the subject of the mail: a template. `{{ entity.title }}` is a field of the
    /// entity, `{{ event.type }}` the event's name, `{{ actor.name }}` who did it,
    /// `{{ tenant.name }}` the tenant. At most 200 characters. Of a task its title; nothing for
    /// WEBHOOK.
    #[graphql(default)]
    title: String,
    /// The text: a template, at most 5,000 characters. Of a task its description.
    #[graphql(default)]
    body: String,
    /// Whether who did it is told as well.
    #[graphql(default)]
    tells_actor: bool,
    /// For WEBHOOK: where the event is sent.
    webhook_id: Option<WebhookId>,
    /// For TASK: the project that the task is added to.
    project_id: Option<ProjectId>,
    /// For TASK: in how many days it is due; never when left out.
    due_in_days: Option<i32>,
    /// For TASK: how urgent it is.
    #[graphql(default_with = "TaskPriority::Medium")]
    priority: TaskPriority,
    /// Whether it is in use.
    #[graphql(default = true)]
    is_enabled: bool,
}

impl From<EventHandlerCreateInput> for NewHandler {
    fn from(i: EventHandlerCreateInput) -> Self {
        Self {
            name: i.name.trim().to_owned(),
            event_type: i.event_type,
            kind: i.kind,
            is_enabled: i.is_enabled,
            config: HandlerConfig {
                recipients: i.recipients,
                about: i.about,
                title: i.title,
                body: i.body,
                conditions: i.conditions.into_iter().map(Into::into).collect(),
                tells_actor: i.tells_actor,
                webhook: i.webhook_id,
                project: i.project_id,
                due_in_days: i.due_in_days,
                priority: i.priority,
            },
        }
    }
}

/// A change of a handler. A key left out keeps its value.
#[derive(InputObject)]
pub struct EventHandlerUpdateInput {
    /// What it is called.
    name: MaybeUndefined<String>,
    /// A pattern that the events match.
    event_type: MaybeUndefined<String>,
    /// All of these must hold.
    conditions: MaybeUndefined<Vec<EventConditionInput>>,
    /// Whom it tells.
    recipients: MaybeUndefined<Vec<Recipient>>,
    /// What kind of notification it is.
    about: MaybeUndefined<NotificationKind>,
    /// The title: a template.
    title: MaybeUndefined<String>,
    /// The text: a template.
    body: MaybeUndefined<String>,
    /// Whether who did it is told as well.
    tells_actor: MaybeUndefined<bool>,
    /// For WEBHOOK: where the event is sent.
    webhook_id: MaybeUndefined<WebhookId>,
    /// For TASK: the project that the task is added to.
    project_id: MaybeUndefined<ProjectId>,
    /// For TASK: in how many days it is due; null for never.
    due_in_days: MaybeUndefined<i32>,
    /// For TASK: how urgent it is.
    priority: MaybeUndefined<TaskPriority>,
    /// Whether it is in use. What happens while it is not is never handled by it.
    is_enabled: MaybeUndefined<bool>,
    /// Whether it waits. What happens meanwhile is handled when it goes on.
    is_paused: MaybeUndefined<bool>,
}

/// What changes in the row, and in its configuration.
pub type Changes = (HandlerPatch, Box<dyn FnOnce(&mut HandlerConfig) + Send>);

impl EventHandlerUpdateInput {
    pub fn changes(self) -> Result<Changes> {
        let mut invalid = Invalid::default();
        let patch = HandlerPatch {
            name: required(&mut invalid, "input.name", self.name).map(|t| t.trim().to_owned()),
            event_type: required(&mut invalid, "input.eventType", self.event_type),
            config: None,
            is_enabled: required(&mut invalid, "input.isEnabled", self.is_enabled),
            is_paused: required(&mut invalid, "input.isPaused", self.is_paused),
        };
        let conditions = required(&mut invalid, "input.conditions", self.conditions);
        let recipients = required(&mut invalid, "input.recipients", self.recipients);
        let about = required(&mut invalid, "input.about", self.about);
        let title = required(&mut invalid, "input.title", self.title);
        let body = required(&mut invalid, "input.body", self.body);
        let tells_actor = required(&mut invalid, "input.tellsActor", self.tells_actor);
        let webhook = required(&mut invalid, "input.webhookId", self.webhook_id);
        let project = required(&mut invalid, "input.projectId", self.project_id);
        let priority = required(&mut invalid, "input.priority", self.priority);
        let due_in_days = clearable(self.due_in_days);
        invalid.finish()?;
        let reconfigure = move |config: &mut HandlerConfig| {
            let conditions =
                conditions.map(|all| all.into_iter().map(Into::into).collect::<Vec<Condition>>());
            config.conditions =
                conditions.unwrap_or_else(|| std::mem::take(&mut config.conditions));
            config.recipients =
                recipients.unwrap_or_else(|| std::mem::take(&mut config.recipients));
            config.about = about.unwrap_or(config.about);
            config.title = title.unwrap_or_else(|| std::mem::take(&mut config.title));
            config.body = body.unwrap_or_else(|| std::mem::take(&mut config.body));
            config.tells_actor = tells_actor.unwrap_or(config.tells_actor);
            config.webhook = webhook.or(config.webhook);
            config.project = project.or(config.project);
            config.priority = priority.unwrap_or(config.priority);
            config.due_in_days = due_in_days.unwrap_or(config.due_in_days);
        };
        Ok((patch, Box::new(reconfigure)))
    }
}

/// Which handlers. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct EventHandlerFilter {
    /// All of these hold.
    and: Option<Vec<EventHandlerFilter>>,
    /// At least one of these holds.
    or: Option<Vec<EventHandlerFilter>>,
    /// This does not hold.
    not: Option<Box<EventHandlerFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// Only those that are in use, or those that are not.
    is_enabled: Option<bool>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for EventHandlerFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<EventHandlerId>("id", c::ID, &self.id);
        all.text("name", c::NAME, &self.name);
        all.flag(c::IS_ENABLED, self.is_enabled);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What handlers can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum EventHandlerOrderField {
    /// What it is called.
    Name,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of handlers.
#[derive(Debug, Clone, InputObject)]
pub struct EventHandlerOrder {
    /// What to sort by.
    field: EventHandlerOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for EventHandlerOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            EventHandlerOrderField::Name => c::NAME,
            EventHandlerOrderField::CreatedAt => c::CREATED_AT,
            EventHandlerOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
