//! The columns of `notes` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;
use crate::tenant::clients;
use crate::tenant::places::PlaceColumns;

pub const ID: Column = Column::id("notes", "id");
pub const CLIENT_ID: Column = Column::id("notes", "client_id");
pub const CASE_ID: Column = Column::id("notes", "case_id").nullable();
pub const BODY: Column = Column::new("notes", "body");
pub const IS_PINNED: Column = Column::new("notes", "is_pinned");
pub const CREATED_AT: Column = Column::time("notes", "created_at");
pub const UPDATED_AT: Column = Column::time("notes", "updated_at");
pub const CREATED_BY: Column = Column::id("notes", "created_by").nullable();

/// Whose a note is, and what a grant on it may be given on.
pub const ROWS: Rows = Rows {
    kind: "note",
    id: ID,
    owners: &[CREATED_BY],
    containers: &[("client", CLIENT_ID), ("case", CASE_ID)],
    branch: Some(clients::branch_of(CLIENT_ID)),
};

/// What a note lies in.
pub const PLACE: PlaceColumns = PlaceColumns { project: None, client: CLIENT_ID, case: CASE_ID };
