//! The columns of `webhooks` and its messages that are filtered and sorted by.

use crate::authz::Rows;
use crate::db::Column;

pub const ID: Column = Column::id("webhooks", "id");
pub const URL: Column = Column::new("webhooks", "url");
pub const DESCRIPTION: Column = Column::new("webhooks", "description");
pub const IS_ENABLED: Column = Column::new("webhooks", "is_enabled");
pub const CREATED_AT: Column = Column::time("webhooks", "created_at");
pub const UPDATED_AT: Column = Column::time("webhooks", "updated_at");

/// Webhooks belong to nobody.
pub const ROWS: Rows = Rows { kind: "webhook", id: ID, owners: &[], containers: &[], branch: None };

pub const DELIVERY_ID: Column = Column::id("webhook_deliveries", "id");
pub const DELIVERY_WEBHOOK: Column = Column::id("webhook_deliveries", "webhook_id");
pub const DELIVERY_EVENT_TYPE: Column = Column::new("webhook_deliveries", "event_type");
pub const DELIVERY_STATUS: Column = Column::new("webhook_deliveries", "status");
pub const DELIVERY_CREATED_AT: Column = Column::time("webhook_deliveries", "created_at");

pub const ATTEMPT_DELIVERY: Column = Column::id("webhook_attempts", "delivery_id");
