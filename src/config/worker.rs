//! Settings of workers, which handle events.

use std::num::NonZeroU32;

use super::setting::section;

section! {
    /// Workers: they handle events. `taruvi dev` has one; in production `taruvi serve --worker` or
    /// `taruvi worker`.
    pub struct Worker in "worker." {
        /// How many tenants' events are handled at the same time, in each process.
        concurrency: NonZeroU32 = "2";
        /// How long it is kept that an event was handled, in days.
        delivery_days: u32 = "30";
        /// How long notifications are kept, in days.
        notification_days: u32 = "90";
    }
}
