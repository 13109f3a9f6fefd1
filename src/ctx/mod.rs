//! Who is asking, where, with which tools. One `Ctx` for a request, a job or a command.

mod access;
mod afterwards;
mod app;
mod batches;
mod core;
mod idempotency;
mod loaders;
mod record;
mod rights;
mod rows;
mod stored;

use std::hash::Hash;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use async_graphql::dataloader::{DataLoader, Loader};

pub use access::{access_of, access_of_key};
pub use afterwards::Afterwards;
pub use app::App;
pub use core::{Actor, Core, Origin, Scope};
pub use idempotency::{Idempotency, Stored};
pub use loaders::Loaders;
pub use rows::{Alone, Row, Trashed, is_within, only, require_version, these};

use batches::{AtOnce, Batches};

/// What a loader answers for one key.
type Loaded<K> = Result<Option<<Loaders as Loader<K>>::Value>, <Loaders as Loader<K>>::Error>;

/// One operation: the facts about it, its connection, and its loaders.
pub struct Ctx {
    core: Arc<Core>,
    /// Die with the operation, so they never batch two callers' or tenants' keys together.
    loaders: OnceLock<DataLoader<Loaders>>,
    batches: Batches,
}

impl Ctx {
    pub fn new(core: Core) -> Self {
        Self { core: Arc::new(core), loaders: OnceLock::new(), batches: Batches::default() }
    }

    /// One row, read in one statement with the others that the operation asks for meanwhile.
    pub async fn load<K>(&self, key: K) -> Loaded<K>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K>,
    {
        let new = || DataLoader::new(Loaders::new(self.core.clone()), self.batches.clone(), AtOnce);
        // Boxed, since every resolver's future would have room for it.
        Box::pin(self.loaders.get_or_init(new).load_one(key)).await
    }

    /// Runs what uses the loaders, such as the execution of a query, so that each batch begins
    /// when all of its keys are known.
    pub async fn carry<T>(&self, work: impl Future<Output = T>) -> T {
        self.batches.carry(work).await
    }
}

impl Deref for Ctx {
    type Target = Core;
    fn deref(&self) -> &Core {
        &self.core
    }
}
