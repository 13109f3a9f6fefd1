//! Subscriptions, as clients meet them: what they are told, over which transport, and until when.

mod changes;
mod life;
mod protocol;
mod streams;

/// What tests listen to.
pub const TASKS: &str = "subscription($f: TaskChangeFilter, $a: String) {
    taskChanged(filter: $f, after: $a) {
        cursor event { eventType entityId actor { email } } task { id title } } }";
