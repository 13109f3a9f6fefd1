//! What follows a change and need not be waited for, such as a mail about it. Begins after the
//! commit; lost when the process dies, so the row has to say what is still to come.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many pieces of work run at the same time.
const AT_ONCE: usize = 4;
/// How many may wait; more is a flood, or a mail server that hangs.
const MAX_WAITING: usize = 1000;

/// Runs work in the background, and ends it with the process.
pub struct Afterwards {
    tasks: Mutex<JoinSet<()>>,
    turns: Arc<Semaphore>,
}

impl Default for Afterwards {
    fn default() -> Self {
        Self { tasks: Mutex::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Afterwards {
    /// Runs the work when it is its turn. Needs a runtime.
    pub fn start(&self, work: BoxFuture<'static, ()>) {
        let mut tasks = self.tasks.lock();
        while tasks.try_join_next().is_some() {}
        if tasks.len() >= MAX_WAITING {
            tracing::error!(waiting = tasks.len(), "too much waits in the background; left out");
            return;
        }
        let turns = self.turns.clone();
        tasks.spawn(async move {
            let _turn = turns.acquire().await;
            work.await;
        });
    }

    /// Waits for what was started, so long; then ends it.
    pub async fn finish(&self, patience: Duration) {
        let mut tasks = std::mem::take(&mut *self.tasks.lock());
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::warn!("work in the background was cut short");
        }
    }
}
