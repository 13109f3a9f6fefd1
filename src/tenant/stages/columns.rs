//! The columns of `stages` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;

pub const ID: Column = Column::id("stages", "id");
pub const KIND: Column = Column::new("stages", "kind");
pub const NAME: Column = Column::new("stages", "name");
pub const POSITION: Column = Column::int("stages", "position");
pub const OUTCOME: Column = Column::new("stages", "outcome");
pub const CREATED_AT: Column = Column::time("stages", "created_at");
pub const UPDATED_AT: Column = Column::time("stages", "updated_at");

/// Stages belong to nobody.
pub const ROWS: Rows = Rows { kind: "stage", id: ID, owners: &[], containers: &[], branch: None };
