//! The columns of `clients` that callers may filter and sort by.

use crate::authz::{BranchOf, Rows};
use crate::db::Column;

pub const ID: Column = Column::id("clients", "id");
pub const FIRST_NAME: Column = Column::new("clients", "first_name");
pub const LAST_NAME: Column = Column::new("clients", "last_name");
pub const PREFERRED_NAME: Column = Column::new("clients", "preferred_name");
pub const FULL_NAME: Column = Column::new("clients", "full_name");
pub const EMAIL: Column = Column::new("clients", "email").nullable();
pub const PHONE: Column = Column::new("clients", "phone").nullable();
pub const DATE_OF_BIRTH: Column = Column::day("clients", "date_of_birth").nullable();
pub const COUNTRY_OF_BIRTH: Column = Column::new("clients", "country_of_birth").nullable();
pub const NATIONALITY: Column = Column::new("clients", "nationality").nullable();
pub const COUNTRY_OF_RESIDENCE: Column = Column::new("clients", "country_of_residence").nullable();
pub const PASSPORT_COUNTRY: Column = Column::new("clients", "passport_country").nullable();
pub const PASSPORT_EXPIRES_ON: Column = Column::day("clients", "passport_expires_on").nullable();
pub const VISA_TYPE: Column = Column::new("clients", "visa_type").nullable();
pub const VISA_EXPIRES_ON: Column = Column::day("clients", "visa_expires_on").nullable();
pub const LANGUAGE: Column = Column::new("clients", "language").nullable();
pub const SOURCE: Column = Column::new("clients", "source").nullable();
pub const STAGE_ID: Column = Column::id("clients", "stage_id");
pub const ASSIGNED_TO: Column = Column::id("clients", "assigned_to").nullable();
pub const BRANCH_ID: Column = Column::id("clients", "branch_id").nullable();
pub const DELETED_AT: Column = Column::time("clients", "deleted_at").nullable();
pub const MERGED_INTO: Column = Column::id("clients", "merged_into").nullable();
pub const CREATED_AT: Column = Column::time("clients", "created_at");
pub const UPDATED_AT: Column = Column::time("clients", "updated_at");
pub const CREATED_BY: Column = Column::id("clients", "created_by").nullable();

/// The tags of a client: whose they are, and which.
pub const TAGS: [Column; 2] =
    [Column::id("client_tags", "client_id"), Column::id("client_tags", "tag_id")];

/// Whose a client is, and what a grant on it may be given on.
pub const ROWS: Rows = Rows {
    kind: "client",
    id: ID,
    owners: &[ASSIGNED_TO, CREATED_BY],
    containers: &[],
    branch: Some(BranchOf::Column(BRANCH_ID)),
};

/// The branch of what is about the client whose id is in `column`: the client's.
pub const fn branch_of(column: Column) -> BranchOf {
    BranchOf::Through(column, ID, BRANCH_ID)
}
