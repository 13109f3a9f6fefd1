//! Regions: what branches are grouped by. A permission may be limited to the branches of one.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{NewRegion, Region, RegionId, RegionPatch};
