//! SIGINT and SIGTERM: the first asks for an orderly end, the second ends at once.

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::report::Interrupted;

/// Becomes true when the process was told to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// From now on signals do not end the process by themselves.
    pub(super) fn on_signals() -> Result<Self> {
        let mut signals = Signals::open().context("cannot listen for signals")?;
        let (send, receive) = watch::channel(false);
        // Lives as long as the process.
        tokio::spawn(async move {
            signals.next().await;
            send.send_replace(true);
            signals.next().await;
            // What a guard has to clean up, it does.
            std::process::exit(130);
        });
        Ok(Self(receive))
    }

    /// Waits until the process is told to stop.
    pub(super) async fn requested(mut self) {
        if self.0.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Does the work unless the process is told to stop first.
    pub(super) async fn unless<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            done = work => done,
            () = self.clone().requested() => Err(Interrupted.into()),
        }
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn open() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
