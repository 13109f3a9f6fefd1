//! The columns of `trusted_documents` that lists are searched and sorted by.

use crate::db::Column;

pub const ID: Column = Column::id("trusted_documents", "id");
pub const DOCUMENT_ID: Column = Column::new("trusted_documents", "document_id");
pub const NAME: Column = Column::new("trusted_documents", "name");
pub const CREATED_AT: Column = Column::time("trusted_documents", "created_at");
