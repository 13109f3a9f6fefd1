//! Who is asking, where, with which tools. One `Ctx` for a request, a job or a command.

mod access;
mod app;
mod core;
mod idempotency;
mod loaders;

use std::ops::Deref;
use std::sync::Arc;

use async_graphql::dataloader::DataLoader;
use async_graphql::runtime::{TokioSpawner, TokioTimer};

pub use access::access_of;
pub use app::App;
pub use core::{Actor, Core, Origin, Scope};
pub use idempotency::{Idempotency, Stored};
pub use loaders::Loaders;

/// One operation: the facts about it, its connection, and its loaders.
pub struct Ctx {
    core: Arc<Core>,
    /// Die with the operation, so they never batch two callers' or tenants' keys together.
    pub loaders: DataLoader<Loaders>,
}

impl Ctx {
    pub fn new(core: Core) -> Self {
        let core = Arc::new(core);
        let loaders = DataLoader::new(
            Loaders::new(core.clone()),
            TokioSpawner::current(),
            TokioTimer::default(),
        )
        .delay(std::time::Duration::ZERO);
        Self { core, loaders }
    }
}

impl Deref for Ctx {
    type Target = Core;
    fn deref(&self) -> &Core {
        &self.core
    }
}
