//! Settings of workers, which handle events and send webhooks.

use std::num::NonZeroU32;

use super::setting::section;

section! {
    /// Workers: they handle events and send webhooks. `taruvi dev` has one; in production
    /// `taruvi serve --worker` or `taruvi worker`.
    pub struct Worker in "worker." {
        /// How many tenants' events are handled at the same time, in each process.
        concurrency: NonZeroU32 = "2";
        /// How many tenants' webhooks are sent at the same time, in each process.
        webhook_concurrency: NonZeroU32 = "16";
        /// How long it is kept that an event was handled and a webhook sent, in days.
        delivery_days: u32 = "30";
        /// How long notifications are kept, in days.
        notification_days: u32 = "90";
    }
}
