//! What callers say about webhooks: inputs, filters, orders.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{NewWebhook, WebhookDeliveryId, WebhookId, WebhookPatch};
use crate::db::Sort;
use crate::error::{Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;
use crate::tenant::events::DeliveryStatus;

/// A webhook to add.
#[derive(InputObject)]
pub struct WebhookCreateInput {
    /// Where it leads: an address that begins with `https://` and is not private, at most 2,000
    /// characters.
    url: String,
    /// What it is for, in a line of at most 500 characters.
    #[graphql(default)]
    description: String,
    /// Patterns of the events that are sent there, at most 50: `Client.*`, `Task.status.UPDATE`, `*`.
    /// Empty: only what handlers send.
    event_types: Vec<String>,
    /// Whether it is in use.
    #[graphql(default = true)]
    is_enabled: bool,
}

impl From<WebhookCreateInput> for NewWebhook {
    fn from(i: WebhookCreateInput) -> Self {
        Self {
            url: i.url.trim().to_owned(),
            description: i.description.trim().to_owned(),
            event_types: i.event_types,
            is_enabled: i.is_enabled,
        }
    }
}

/// A change of a webhook. A key left out keeps its value.
#[derive(InputObject)]
pub struct WebhookUpdateInput {
    /// Where it leads. What waits goes there, too.
    url: MaybeUndefined<String>,
    /// What it is for.
    description: MaybeUndefined<String>,
    /// Patterns of the events that are sent there.
    event_types: MaybeUndefined<Vec<String>>,
    /// Whether it is in use.
    is_enabled: MaybeUndefined<bool>,
}

impl WebhookUpdateInput {
    pub fn patch(self) -> Result<WebhookPatch> {
        let mut invalid = Invalid::default();
        let trimmed = |text: String| text.trim().to_owned();
        let patch = WebhookPatch {
            url: required(&mut invalid, "input.url", self.url).map(trimmed),
            description: required(&mut invalid, "input.description", self.description).map(trimmed),
            event_types: required(&mut invalid, "input.eventTypes", self.event_types),
            is_enabled: required(&mut invalid, "input.isEnabled", self.is_enabled),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which webhooks. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct WebhookFilter {
    /// All of these hold.
    and: Option<Vec<WebhookFilter>>,
    /// At least one of these holds.
    or: Option<Vec<WebhookFilter>>,
    /// This does not hold.
    not: Option<Box<WebhookFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By the address.
    url: Option<StringFilter>,
    /// Only those that are in use, or those that are not.
    is_enabled: Option<bool>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for WebhookFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<WebhookId>("id", c::ID, &self.id);
        all.text("url", c::URL, &self.url);
        all.flag(c::IS_ENABLED, self.is_enabled);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What webhooks can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum WebhookOrderField {
    /// The address.
    Url,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of webhooks.
#[derive(Debug, Clone, InputObject)]
pub struct WebhookOrder {
    /// What to sort by.
    field: WebhookOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for WebhookOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            WebhookOrderField::Url => c::URL,
            WebhookOrderField::CreatedAt => c::CREATED_AT,
            WebhookOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}

crate::enum_filter!(
    /// Conditions on how far something has come.
    DeliveryStatusFilter, DeliveryStatus, text
);

/// Which messages. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct WebhookDeliveryFilter {
    /// All of these hold.
    and: Option<Vec<WebhookDeliveryFilter>>,
    /// At least one of these holds.
    or: Option<Vec<WebhookDeliveryFilter>>,
    /// This does not hold.
    not: Option<Box<WebhookDeliveryFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By the webhook they are for.
    webhook_id: Option<IDFilter>,
    /// By the name of the event.
    event_type: Option<StringFilter>,
    /// By how far they have come.
    status: Option<DeliveryStatusFilter>,
    /// By when they were written.
    created_at: Option<DateTimeFilter>,
}

impl Filter for WebhookDeliveryFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<WebhookDeliveryId>("id", c::DELIVERY_ID, &self.id);
        all.id::<WebhookId>("webhookId", c::DELIVERY_WEBHOOK, &self.webhook_id);
        all.text("eventType", c::DELIVERY_EVENT_TYPE, &self.event_type);
        DeliveryStatusFilter::conditions(&self.status, c::DELIVERY_STATUS, all);
        all.time(c::DELIVERY_CREATED_AT, &self.created_at);
    }
}

/// What messages can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum WebhookDeliveryOrderField {
    /// When they were written.
    CreatedAt,
}

/// One part of an ordering of messages.
#[derive(Debug, Clone, InputObject)]
pub struct WebhookDeliveryOrder {
    /// What to sort by.
    field: WebhookDeliveryOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for WebhookDeliveryOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            WebhookDeliveryOrderField::CreatedAt => c::DELIVERY_CREATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
