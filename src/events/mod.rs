//! Events: what the record of changes says about tracked entities, under names that handlers and
//! callers match. An event is a row of `audit_log`; there is no second record. What is done about
//! events is elsewhere.

mod event;
mod pattern;
mod tracked;

pub use event::{Event, EventAction, EventId};
pub use pattern::{Part, Pattern};
pub use tracked::Tracked;
