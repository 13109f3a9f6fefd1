//! The columns of `tags` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;

pub const ID: Column = Column::id("tags", "id");
pub const NAME: Column = Column::new("tags", "name");
pub const CREATED_AT: Column = Column::time("tags", "created_at");
pub const UPDATED_AT: Column = Column::time("tags", "updated_at");

/// Tags belong to nobody.
pub const ROWS: Rows = Rows { kind: "tag", id: ID, owners: &[], containers: &[], branch: None };
