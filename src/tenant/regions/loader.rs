//! Regions by id, many at a time.

use super::{Region, RegionId, store};

crate::loaded!(RegionId => Region, store::by_ids);
