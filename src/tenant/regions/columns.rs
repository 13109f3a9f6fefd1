//! The columns of `regions` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;

pub const ID: Column = Column::id("regions", "id");
pub const NAME: Column = Column::new("regions", "name");
pub const CODE: Column = Column::new("regions", "code");
pub const CREATED_AT: Column = Column::time("regions", "created_at");
pub const UPDATED_AT: Column = Column::time("regions", "updated_at");

/// Regions belong to nobody.
pub const ROWS: Rows = Rows { kind: "region", id: ID, owners: &[], containers: &[], branch: None };
