//! The columns that callers may filter and sort groups by.

use crate::db::Column;

pub const ID: Column = Column::id("groups", "id");
pub const NAME: Column = Column::new("groups", "name");
pub const DESCRIPTION: Column = Column::new("groups", "description");
pub const CREATED_AT: Column = Column::time("groups", "created_at");
pub const UPDATED_AT: Column = Column::time("groups", "updated_at");
/// Ties users to the group they are listed below.
pub const MEMBERS_GROUP: Column = Column::id("group_members", "group_id");
