//! Stages: what clients and cases go through, from the first word to the outcome. Each kind has a
//! pipeline of its own.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use model::{NewStage, Stage, StageId, StageKind, StageOutcome, StagePatch};
