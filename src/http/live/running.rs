//! The operations that run on one connection, by the ids that the client gave them.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::follow::failed;
use super::open::{Limit, Permit};
use super::outbox::{Close, Outbox, Said, What};
use super::peer::Peer;
use super::start::{Refused, Started, start, whose};
use crate::error::AppError;
use crate::http::body::GraphqlRequest;
use crate::http::correlation::Correlation;
use crate::http::log;
use crate::http::operation::By;
use crate::http::reply::{self, Failure};

/// One connection: who is at the other end, what is told to them, and what runs for them. All of
/// it ends when the connection is dropped.
pub(super) struct Running {
    pub peer: Arc<Peer>,
    pub outbox: Outbox,
    operations: Operations,
    _permit: Permit,
}

type Operations = Arc<Mutex<HashMap<Arc<str>, AbortHandle>>>;

impl Running {
    /// Fails when whoever is at the other end has too many connections.
    pub(super) async fn new(
        peer: Arc<Peer>,
        outbox: Outbox,
        correlation: &Correlation,
    ) -> Result<Self, Failure> {
        let core = peer.look(correlation).await?;
        let limit = peer.api.app.config.live.connections_per_user;
        let limit = Limit::new(whose(&core), limit, "connections of one user, API key or address");
        let permit = peer.api.open.take(&[limit])?;
        Ok(Self { peer, outbox, operations: Arc::default(), _permit: permit })
    }

    /// Whether an operation of this name runs.
    pub(super) fn has(&self, id: &str) -> bool {
        self.operations.lock().contains_key(id)
    }

    /// Ends an operation, if it runs still.
    pub(super) fn end(&self, id: &str) {
        if let Some(operation) = self.operations.lock().remove(id) {
            operation.abort();
        }
    }

    /// Begins an operation, and says what comes of it. A subscription hears of all that is
    /// committed after this returns.
    pub(super) async fn begin(&self, id: Arc<str>, asked: Result<GraphqlRequest, Failure>) {
        let correlation = Correlation::generate();
        let started = match self.check_room() {
            Ok(()) => Box::pin(start(&self.peer, asked, By::Post, None, &correlation)).await,
            Err(e) => Err(e.into()),
        };
        match started {
            Ok(started) => self.run(id, started),
            Err(refused) => self.refuse(id, refused, &correlation).await,
        }
    }

    /// Runs what has begun.
    pub(super) fn run(&self, id: Arc<str>, started: Started) {
        let (peer, outbox) = (self.peer.clone(), self.outbox.clone());
        let (operations, key) = (Arc::downgrade(&self.operations), id.clone());
        let mut all = self.operations.lock();
        let task = tokio::spawn(async move {
            match started {
                Started::Once(answer) => {
                    let said = What::Next(answer.await, None);
                    outbox.say(Said { id: id.clone(), what: said }, true).await;
                }
                Started::Follow(following) => following.run(&peer, &id, &outbox).await,
            }
            // The client may use the name again as soon as it hears that this is over.
            if let Some(operations) = operations.upgrade() {
                operations.lock().remove(&id);
            }
            outbox.say(Said { id, what: What::Complete }, true).await;
        });
        all.insert(key, task.abort_handle());
    }

    async fn refuse(&self, id: Arc<str>, refused: Refused, correlation: &Correlation) {
        let text = match refused {
            Refused::Request(failure) => {
                log::refused(&failure, correlation);
                if failure.code == "UNAUTHENTICATED" || failure.code == "TENANT_INACTIVE" {
                    return self.outbox.close(Close::Forbidden);
                }
                let response = async_graphql::Response::from_errors(vec![failure.into()]);
                reply::errors(response, &correlation.0)
            }
            Refused::Operation(response) => reply::errors(*response, &correlation.0),
        };
        self.outbox.say(Said { id, what: What::Error(text.into()) }, true).await;
    }

    fn check_room(&self) -> Result<(), AppError> {
        let limit = self.peer.api.app.config.live.per_connection.get();
        if self.operations.lock().len() < limit as usize {
            return Ok(());
        }
        Err(AppError::TooManySubscriptions { limit, of: "on one connection" })
    }

    /// Returns when the connection has to be closed: because the token ends, or something has
    /// changed that decides what the other end may do, or the server stops.
    pub(super) async fn watch(&self) {
        let mut stopping = self.peer.api.stopping.subscribe();
        let mut pulse = self.pulse().await;
        let heartbeat = self.peer.api.app.config.live.heartbeat;
        loop {
            {
                let _turn = self.peer.api.app.live.turn_to_look().await;
                if Box::pin(self.peer.look(&Correlation::generate())).await.is_err() {
                    return self.outbox.close(Close::Forbidden);
                }
            }
            let expiry = self.peer.expires_in().unwrap_or(heartbeat).min(heartbeat);
            tokio::select! {
                biased;
                _ = self.outbox.closed() => return,
                _ = stopping.wait_for(|stopping| *stopping) => {
                    return self.outbox.close(Close::Stopping);
                }
                _ = pulse.changed() => {}
                () = tokio::time::sleep(expiry) => {}
            }
        }
    }

    async fn pulse(&self) -> watch::Receiver<u64> {
        let core = self.peer.look(&Correlation::generate()).await;
        let tenant = core.ok().and_then(|core| core.tenant().ok().map(|tenant| tenant.id.0));
        self.peer.api.app.live.pulse(tenant)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.operations.lock().drain().for_each(|(_, operation)| operation.abort());
    }
}

/// A result for a request that was refused after its stream had begun.
pub(super) fn refused_text(refused: Refused, correlation: &Correlation) -> Arc<str> {
    match refused {
        Refused::Request(failure) => failed(failure, correlation),
        Refused::Operation(response) => reply::payload(*response, None, &correlation.0).into(),
    }
}
