//! The columns of `identity_providers` that lists are searched and sorted by.

use crate::db::Column;

pub const ID: Column = Column::id("identity_providers", "id");
pub const NAME: Column = Column::new("identity_providers", "name");
pub const ISSUER: Column = Column::new("identity_providers", "issuer");
