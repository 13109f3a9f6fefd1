//! The columns of `cases` that callers may filter and sort by.

use crate::authz::Rows;
use crate::db::Column;
use crate::tenant::clients;

pub const ID: Column = Column::id("cases", "id");
pub const CLIENT_ID: Column = Column::id("cases", "client_id");
pub const TITLE: Column = Column::new("cases", "title");
pub const CASE_TYPE: Column = Column::new("cases", "case_type").nullable();
pub const COUNTRY: Column = Column::new("cases", "country").nullable();
pub const REFERENCE: Column = Column::new("cases", "reference").nullable();
pub const STAGE_ID: Column = Column::id("cases", "stage_id");
pub const ASSIGNED_TO: Column = Column::id("cases", "assigned_to").nullable();
pub const FILE_BY: Column = Column::day("cases", "file_by").nullable();
pub const FILED_ON: Column = Column::day("cases", "filed_on").nullable();
pub const RESPOND_BY: Column = Column::day("cases", "respond_by").nullable();
pub const DECIDED_ON: Column = Column::day("cases", "decided_on").nullable();
pub const DELETED_AT: Column = Column::time("cases", "deleted_at").nullable();
pub const CREATED_AT: Column = Column::time("cases", "created_at");
pub const UPDATED_AT: Column = Column::time("cases", "updated_at");
pub const CREATED_BY: Column = Column::id("cases", "created_by").nullable();

/// Whose a case is, and what a grant on it may be given on.
pub const ROWS: Rows = Rows {
    kind: "case",
    id: ID,
    owners: &[ASSIGNED_TO, CREATED_BY],
    containers: &[("client", CLIENT_ID)],
    branch: Some(clients::branch_of(CLIENT_ID)),
};
