//! An open connection as an event stream (HTML Living Standard, 9.2): what is told is written, a
//! comment now and then, and everything ends with it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::outbox::{Close, Outbox, Said, What};
use super::running::Running;
use crate::http::correlation::Correlation;
use crate::http::reply::{self, Failure};

/// How events are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The stream is one operation's, and ends with it.
    Distinct,
    /// The stream is of many operations, whose names go with each event.
    Single,
}

/// What is told to whoever reads a stream.
pub(super) struct Ends {
    pub said: mpsc::Receiver<Said>,
    pub closed: watch::Receiver<Option<Close>>,
}

/// A queue for a stream.
pub(super) fn queue(room: usize) -> (Outbox, Ends) {
    let (outbox, said, closed) = Outbox::new(room);
    (outbox, Ends { said, closed })
}

struct State {
    form: Form,
    /// All of it ends with the stream.
    _running: Arc<Running>,
    ends: Ends,
    watch: AbortHandle,
    heartbeat: Duration,
    begun: bool,
    over: bool,
    /// Done when the stream ends, however it ends.
    after: Option<Box<dyn FnOnce() + Send>>,
}

impl Drop for State {
    fn drop(&mut self) {
        self.watch.abort();
        if let Some(after) = self.after.take() {
            after();
        }
    }
}

/// The answer that tells all that is said, and closes when the connection is to be closed.
pub(super) fn answer(
    form: Form,
    running: Arc<Running>,
    ends: Ends,
    after: impl FnOnce() + Send + 'static,
) -> Response {
    let watched = running.clone();
    let watch = tokio::spawn(async move { Box::pin(watched.watch()).await }).abort_handle();
    let heartbeat = running.peer.api.app.config.live.heartbeat;
    let after: Option<Box<dyn FnOnce() + Send>> = Some(Box::new(after));
    let (begun, over) = (false, false);
    let state = State { form, _running: running, ends, watch, heartbeat, begun, over, after };
    let events = stream::unfold(state, |mut state| async move {
        let text = state.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), state))
    });
    let mut response = Body::from_stream(events).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl State {
    /// The next piece of text; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        if !std::mem::replace(&mut self.begun, true) {
            // So that the other end knows at once that it was heard.
            return Some(":\n\n".to_owned());
        }
        tokio::select! {
            biased;
            Ok(why) = self.ends.closed.wait_for(Option::is_some) => {
                self.over = true;
                Some(farewell(self.form, *why))
            }
            Some(said) = self.ends.said.recv() => {
                self.over = self.form == Form::Distinct
                    && matches!(said.what, What::Complete | What::Error(_));
                Some(write(self.form, &said))
            }
            () = tokio::time::sleep(self.heartbeat) => Some(":\n\n".to_owned()),
        }
    }
}

fn write(form: Form, said: &Said) -> String {
    match &said.what {
        What::Next(text, cursor) => next(form, &said.id, text, cursor.as_deref()),
        What::Error(errors) => {
            let text = format!(r#"{{"errors":{errors}}}"#);
            next(form, &said.id, &text, None) + &complete(form, &said.id)
        }
        What::Complete => complete(form, &said.id),
        What::Pong(_) => String::new(),
    }
}

fn next(form: Form, id: &str, text: &str, cursor: Option<&str>) -> String {
    match form {
        Form::Distinct => {
            let place = cursor.map(|cursor| format!("id: {cursor}\n")).unwrap_or_default();
            format!("event: next\n{place}data: {text}\n\n")
        }
        Form::Single => {
            let id = serde_json::Value::from(id);
            format!("event: next\ndata: {{\"id\":{id},\"payload\":{text}}}\n\n")
        }
    }
}

fn complete(form: Form, id: &str) -> String {
    match form {
        Form::Distinct => "event: complete\ndata:\n\n".to_owned(),
        Form::Single => {
            format!("event: complete\ndata: {{\"id\":{}}}\n\n", serde_json::Value::from(id))
        }
    }
}

/// What the other end is told of why there is no more.
fn farewell(form: Form, why: Option<Close>) -> String {
    let failure = match why {
        Some(Close::Forbidden) => Failure::token_refused(),
        Some(Close::TooSlow) => too_slow(),
        // It connects again, and finds another server.
        Some(Close::Stopping) | None => return "retry: 1000\n\n".to_owned(),
    };
    if form == Form::Single {
        return format!(": {}\n\n", failure.code);
    }
    let answer = Answer::from_errors(vec![failure.into()]);
    let text = reply::payload(answer, None, &Correlation::generate().0);
    next(form, "", &text, None) + &complete(form, "")
}

fn too_slow() -> Failure {
    let message = "too much waits for this subscription; go on behind the last cursor";
    Failure::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "SUBSCRIBER_TOO_SLOW", message)
}
