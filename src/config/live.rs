//! Settings of subscriptions: how many there may be, and how much waits for slow ones.

use std::{num::NonZeroU32, time::Duration};

use super::{
    setting::section,
    value::{number, seconds},
};

section! {
    /// Subscriptions over WebSocket and Server-Sent Events.
    pub struct Live in "live." {
        /// Subscriptions on one connection.
        per_connection: NonZeroU32 = "100";
        /// Subscriptions of one user or API key, in each process.
        per_user: NonZeroU32 = "200";
        /// Subscriptions of all users of one tenant, in each process.
        per_tenant: NonZeroU32 = "20000";
        /// Connections of one user, API key or address of those who are not signed in, in each process.
        connections_per_user: NonZeroU32 = "200";
        /// Results that may wait for a slow connection; it is closed when there are more.
        buffer: usize = "1000", read number(10..=100_000);
        /// Longest time without a sign of life from the server, in seconds.
        heartbeat: Duration = "12", read seconds(1..=15);
        /// How long a new WebSocket may take to say who it is, in seconds.
        init_timeout: Duration = "3", read seconds(1..=60);
    }
}
