//! The columns of `notifications` that callers may filter and sort by.

use crate::db::Column;

pub const ID: Column = Column::id("notifications", "id");
pub const USER_ID: Column = Column::id("notifications", "user_id");
pub const READ_AT: Column = Column::time("notifications", "read_at").nullable();
pub const CREATED_AT: Column = Column::time("notifications", "created_at");
