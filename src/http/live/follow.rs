//! A subscription as it runs: it waits for what happens, and asks its field what there is to tell.

use std::sync::Arc;

use async_graphql::Response;
use futures_util::StreamExt;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::answers::{Answer, Question};
use super::open::Permit;
use super::outbox::{Close, Outbox, Said, What};
use super::peer::Peer;
use crate::audit::Recorded;
use crate::ctx::{Core, Ctx};
use crate::graphql::document::{Operation, Prepared};
use crate::http::correlation::Correlation;
use crate::http::operation::limited;
use crate::http::reply::{self, Failure};
use crate::http::{Api, watch};
use crate::live::{Ask, Feed, Interest, cursor};

/// A subscription that has begun.
pub(super) struct Following {
    pub prepared: Arc<Prepared>,
    pub operation: Operation,
    pub variables: Map<String, Value>,
    pub question: Question,
    pub interest: Interest,
    pub tenant: Uuid,
    pub feed: Arc<Feed>,
    /// Everything up to here has been told.
    pub place: i64,
    /// Given back when the subscription ends.
    #[expect(dead_code, reason = "held, not read")]
    pub permit: Permit,
}

impl Following {
    /// Tells of all that happens until there is nothing more to tell, or nobody to tell it to.
    pub(super) async fn run(mut self, peer: &Peer, id: &Arc<str>, outbox: &Outbox) {
        loop {
            let behind = self.feed.last() > self.place;
            let rows = match self.feed.next(self.place).await {
                Ok(rows) => rows,
                Err(e) => {
                    let text = failed(e.into(), &Correlation::generate());
                    outbox.say(next(id, text, None), true).await;
                    return;
                }
            };
            for row in rows {
                self.place = row.seq;
                if !self.interest.is_in(&row) {
                    continue;
                }
                let cursor = cursor(self.tenant, row.seq);
                match Box::pin(self.answer(peer, row)).await {
                    Ok(Answer::Nothing | Answer::Personal) => {}
                    Ok(Answer::Told(text)) => {
                        if !outbox.say(next(id, text, Some(cursor.into())), behind).await {
                            return;
                        }
                    }
                    Ok(Answer::Refused(text)) => {
                        outbox.say(next(id, text, None), true).await;
                        return;
                    }
                    Err(_) => return outbox.close(Close::Forbidden),
                }
            }
        }
    }

    /// The answer for whoever holds the connection now; fails when they may not be here any more.
    async fn answer(&self, peer: &Peer, row: Arc<Recorded>) -> Result<Answer, Failure> {
        let correlation = Correlation::generate();
        let core = peer.look(&correlation).await?;
        let shape = |personal| core.access().map(|access| Arc::new(access.shape(personal)));
        let (shared, own) = (shape(false), shape(true));
        let (api, seq) = (&peer.api, row.seq);
        let is_shared = shared != own;
        let ask = self.ask(api, core, row.clone(), is_shared, &correlation);
        let answer = api.answers.of(self.tenant, seq, self.question, shared, Box::pin(ask)).await;
        if !matches!(answer, Answer::Personal) {
            return Ok(answer);
        }
        let core = peer.look(&correlation).await?;
        let ask = self.ask(api, core, row, false, &correlation);
        Ok(api.answers.of(self.tenant, seq, self.question, own, Box::pin(ask)).await)
    }

    async fn ask(
        &self,
        api: &Api,
        core: Core,
        row: Arc<Recorded>,
        is_shared: bool,
        correlation: &Correlation,
    ) -> Answer {
        let run = self.execute(api, core, row, is_shared);
        match limited(api.app.config.http.request_timeout, async { Ok(run.await) }).await {
            Ok((_, _, true)) => Answer::Personal,
            Ok((None, _, _)) => Answer::Nothing,
            Ok((Some(response), answered, _)) => {
                let text = reply::payload(response, None, &correlation.0).into();
                if answered { Answer::Told(text) } else { Answer::Refused(text) }
            }
            Err(failure) => Answer::Refused(failed(failure, correlation)),
        }
    }

    /// Asks the field: what it says, whether it did so itself, and whether it would not say the
    /// same to others, which only matters when they share it.
    async fn execute(
        &self,
        api: &Api,
        core: Core,
        row: Arc<Recorded>,
        is_shared: bool,
    ) -> (Option<Response>, bool, bool) {
        let patience = std::time::Duration::from_millis(api.app.config.database.pool_wait_ms);
        let _turn = api.turns.take(self.tenant, patience).await;
        let ask = Ask::tell(row);
        let ctx = Arc::new(Ctx::new(core));
        let request = self.prepared.request(&self.operation, self.variables.clone());
        let request = request.data(ctx.clone()).data(ask.clone());
        let mut answers = Box::pin(api.trusting_schema.execute_stream(request));
        let response = ctx.carry(answers.next()).await;
        if let Some(response) = &response {
            watch::errors(&ctx, response);
        }
        (response, ask.is_answered(), is_shared && ctx.is_personal())
    }
}

fn next(id: &Arc<str>, text: Arc<str>, cursor: Option<Arc<str>>) -> Said {
    Said { id: id.clone(), what: What::Next(text, cursor) }
}

/// A result that is nothing but a failure.
pub(super) fn failed(failure: Failure, correlation: &Correlation) -> Arc<str> {
    let response = Response::from_errors(vec![failure.into()]);
    reply::payload(response, None, &correlation.0).into()
}
