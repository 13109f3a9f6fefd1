//! When the batches of the loaders begin: as soon as the resolvers have gone as far as they can.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use async_graphql::runtime::Timer;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::task::{FutureObj, Spawn, SpawnError};
use parking_lot::Mutex;
use tokio::runtime::Handle;

/// The batches that resolvers have asked for. In tasks of their own, other threads would begin them
/// while the rest of their keys is still on its way, and one statement would become several.
#[derive(Clone, Default)]
pub(super) struct Batches(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    batches: Mutex<Vec<FutureObj<'static, ()>>>,
    carried: AtomicBool,
}

impl Batches {
    /// Runs what asks for batches, and the batches whenever it can't go on without them.
    pub(super) async fn carry<T>(&self, work: impl Future<Output = T>) -> T {
        self.0.carried.store(true, Relaxed);
        let mut work = pin!(work);
        let mut running = FuturesUnordered::new();
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(done) = work.as_mut().poll(cx) {
                    return Poll::Ready(done);
                }
                running.extend(std::mem::take(&mut *self.0.batches.lock()));
                let mut answered = false;
                while let Poll::Ready(Some(())) = running.poll_next_unpin(cx) {
                    answered = true;
                }
                if !answered {
                    return Poll::Pending;
                }
            }
        })
        .await
    }
}

impl Spawn for Batches {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        if self.0.carried.load(Relaxed) {
            self.0.batches.lock().push(batch);
        } else {
            Handle::try_current().map_err(|_| SpawnError::shutdown())?.spawn(batch);
        }
        Ok(())
    }
}

/// No delay: the batches know better when to begin.
pub(super) struct AtOnce;

impl Timer for AtOnce {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}
