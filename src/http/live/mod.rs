//! Connections that stay open: WebSocket and Server-Sent Events. Both carry the same operations;
//! what differs is how messages are written, and that is all that `ws` and `sse` know.
//!
//! A subscription is asked again for each thing that happens (see [`crate::live`]), by whoever holds
//! the connection then, with whatever they may do then.

mod answers;
mod follow;
mod open;
mod outbox;
mod peer;
mod protocol;
mod running;
mod single;
pub(super) mod sse;
mod start;
mod stream;
pub(super) mod ws;

pub(super) use answers::Answers;
pub(super) use open::Open;
pub(super) use single::{Reservations, TOKEN as STREAM_TOKEN};
