//! Tags by id, many at a time.

use super::{Tag, TagId, store};

crate::loaded!(TagId => Tag, store::by_ids);
