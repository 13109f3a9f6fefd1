//! The columns of `documents` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;
use crate::tenant::clients;
use crate::tenant::places::PlaceColumns;

pub const ID: Column = Column::id("documents", "id");
pub const PROJECT_ID: Column = Column::id("documents", "project_id").nullable();
pub const CLIENT_ID: Column = Column::id("documents", "client_id").nullable();
pub const CASE_ID: Column = Column::id("documents", "case_id").nullable();
pub const NAME: Column = Column::new("documents", "name");
pub const DESCRIPTION: Column = Column::new("documents", "description");
pub const CONTENT_TYPE: Column = Column::new("documents", "content_type").nullable();
pub const BYTE_SIZE: Column = Column::long("documents", "byte_size").nullable();
pub const CHECKSUM: Column = Column::new("documents", "checksum").nullable();
pub const ASSIGNED_TO: Column = Column::id("documents", "assigned_to").nullable();
pub const CREATED_AT: Column = Column::time("documents", "created_at");
pub const UPDATED_AT: Column = Column::time("documents", "updated_at");
pub const CREATED_BY: Column = Column::id("documents", "created_by").nullable();

/// Whose a document is, and what a grant on it may be given on.
pub const ROWS: Rows = Rows {
    kind: "document",
    id: ID,
    owners: &[ASSIGNED_TO, CREATED_BY],
    containers: &[("project", PROJECT_ID), ("client", CLIENT_ID), ("case", CASE_ID)],
    branch: Some(clients::branch_of(CLIENT_ID)),
};

/// What such a row lies in.
pub const PLACE: PlaceColumns =
    PlaceColumns { project: Some(PROJECT_ID), client: CLIENT_ID, case: CASE_ID };
