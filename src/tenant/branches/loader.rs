//! Branches by id, many at a time.

use super::{Branch, BranchId, store};

crate::loaded!(BranchId => Branch, store::by_ids);
