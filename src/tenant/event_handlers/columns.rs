//! The columns of `event_handlers` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;

pub const ID: Column = Column::id("event_handlers", "id");
pub const NAME: Column = Column::new("event_handlers", "name");
pub const IS_ENABLED: Column = Column::new("event_handlers", "is_enabled");
pub const CREATED_AT: Column = Column::time("event_handlers", "created_at");
pub const UPDATED_AT: Column = Column::time("event_handlers", "updated_at");

/// Handlers belong to nobody.
pub const ROWS: Rows =
    Rows { kind: "event_handler", id: ID, owners: &[], containers: &[], branch: None };
