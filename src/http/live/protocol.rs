//! The messages of `graphql-transport-ws`, as its PROTOCOL has them
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>), and the codes that close it.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::outbox::{Close, Said, What};

pub(super) const NAME: &str = "graphql-transport-ws";

/// What a client may say.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    Init(Map<String, Value>),
    Ping(Map<String, Value>),
    Pong,
    Subscribe(Arc<str>, Value),
    Complete(Arc<str>),
}

#[derive(Deserialize)]
struct Message {
    r#type: String,
    id: Option<Value>,
    payload: Option<Value>,
}

/// Reads a message; or says why it can't be read.
pub(super) fn read(text: &str) -> Result<Heard, &'static str> {
    let message: Message = serde_json::from_str(text).map_err(|_| "Invalid message")?;
    let id = || match &message.id {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= 128 => Ok(Arc::from(id.as_str())),
        _ => Err("Invalid message: an id is a text of 1 to 128 bytes"),
    };
    let object = |payload: Option<Value>| match payload {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(payload)) => Ok(payload),
        Some(_) => Err("Invalid message: the payload must be an object"),
    };
    match message.r#type.as_str() {
        "connection_init" => Ok(Heard::Init(object(message.payload)?)),
        "ping" => Ok(Heard::Ping(object(message.payload)?)),
        "pong" => object(message.payload).map(|_| Heard::Pong),
        "subscribe" => {
            let id = id()?;
            match message.payload {
                Some(payload @ Value::Object(_)) => Ok(Heard::Subscribe(id, payload)),
                _ => Err("Invalid message: the payload must be an object"),
            }
        }
        "complete" => Ok(Heard::Complete(id()?)),
        _ => Err("Invalid message: unknown type"),
    }
}

/// Writes a message.
pub(super) fn write(said: &Said) -> String {
    let id = || Value::from(&*said.id);
    match &said.what {
        What::Next(text, _) => format!(r#"{{"id":{},"type":"next","payload":{text}}}"#, id()),
        What::Error(errors) => format!(r#"{{"id":{},"type":"error","payload":{errors}}}"#, id()),
        What::Complete => format!(r#"{{"id":{},"type":"complete"}}"#, id()),
        What::Pong(payload) => format!(r#"{{"type":"pong","payload":{payload}}}"#),
    }
}

/// The code and the words that close a connection.
pub(super) const fn close(why: Option<Close>) -> (u16, &'static str) {
    match why {
        Some(Close::Forbidden) => FORBIDDEN,
        Some(Close::TooSlow) => (4008, "SUBSCRIBER_TOO_SLOW"),
        Some(Close::Stopping) | None => (1001, "the server stops; connect again"),
    }
}

pub(super) const INVALID: u16 = 4400;
pub(super) const UNAUTHORIZED: (u16, &str) = (4401, "Unauthorized");
pub(super) const FORBIDDEN: (u16, &str) = (4403, "Forbidden");
pub(super) const NOT_ACCEPTABLE: (u16, &str) = (4406, "Subprotocol not acceptable");
pub(super) const INIT_TIMEOUT: (u16, &str) = (4408, "Connection initialisation timeout");
pub(super) const DUPLICATE: u16 = 4409;
pub(super) const SECOND_INIT: (u16, &str) = (4429, "Too many initialisation requests");
pub(super) const TOO_MANY: u16 = 4429;
/// The message is too large (RFC 6455, 7.4.1).
pub(super) const TOO_LARGE: (u16, &str) = (1009, "the message is too large");
