//! Stages by id, many at a time.

use super::{Stage, StageId, store};

crate::loaded!(StageId => Stage, store::by_ids);
