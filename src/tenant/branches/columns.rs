//! The columns of `branches` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;

pub const ID: Column = Column::id("branches", "id");
pub const NAME: Column = Column::new("branches", "name");
pub const CODE: Column = Column::new("branches", "code");
pub const REGION_ID: Column = Column::id("branches", "region_id").nullable();
pub const IS_ACTIVE: Column = Column::new("branches", "is_active");
pub const CREATED_AT: Column = Column::time("branches", "created_at");
pub const UPDATED_AT: Column = Column::time("branches", "updated_at");

/// Branches belong to nobody.
pub const ROWS: Rows = Rows { kind: "branch", id: ID, owners: &[], containers: &[], branch: None };
