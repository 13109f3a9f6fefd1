//! What waits to be written to a connection. There is room for so much: whoever does not read it
//! is told so and dropped, and nobody else waits for them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

/// How long a replay waits for a connection that takes nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to be told about one operation of a connection.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// As the client named the operation.
    pub id: Arc<str>,
    pub what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// A result, as JSON text; and its place, when it is one of a subscription.
    Next(Arc<str>, Option<Arc<str>>),
    /// The operation did not begin: a list of errors, as JSON text.
    Error(Arc<str>),
    /// There is no more to come.
    Complete,
    /// The answer to a ping, with what is to be told in it.
    Pong(Arc<str>),
}

/// Why a connection is closed from this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// The token, the session or the tenant does not hold any more.
    Forbidden,
    /// What waits for it is too much.
    TooSlow,
    /// The server stops.
    Stopping,
}

/// One end of the queue of a connection. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outbox {
    waiting: mpsc::Sender<Said>,
    closing: watch::Sender<Option<Close>>,
}

impl Outbox {
    /// The queue, what is in it, and whether it is to be closed.
    pub(super) fn new(room: usize) -> (Self, mpsc::Receiver<Said>, watch::Receiver<Option<Close>>) {
        let (waiting, said) = mpsc::channel(room);
        let (closing, closed) = watch::channel(None);
        (Self { waiting, closing }, said, closed)
    }

    /// Says something; whether anybody listens still. `patiently`, when there is much to say that
    /// happened before: then it may wait for room.
    pub(super) async fn say(&self, said: Said, patiently: bool) -> bool {
        match self.waiting.try_send(said) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Closed(_)) => false,
            Err(mpsc::error::TrySendError::Full(said)) if patiently => {
                let sent = self.waiting.send_timeout(said, PATIENCE).await;
                if sent.is_err() {
                    self.close(Close::TooSlow);
                }
                sent.is_ok()
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.close(Close::TooSlow);
                false
            }
        }
    }

    /// Closes the connection; the first reason counts.
    pub(super) fn close(&self, why: Close) {
        self.closing.send_if_modified(|closing| {
            let first = closing.is_none();
            closing.get_or_insert(why);
            first
        });
    }

    /// Why it is closed, if it is.
    pub(super) fn why(&self) -> Option<Close> {
        *self.closing.borrow()
    }

    /// Waits until it is closed.
    pub(super) async fn closed(&self) -> Option<Close> {
        let mut closing = self.closing.subscribe();
        closing.wait_for(Option::is_some).await.ok().and_then(|why| *why)
    }
}
