//! No mail at all: production without a mail server.

use anyhow::anyhow;
use futures_util::future::{BoxFuture, ready};

use super::{Mailer, Message};

/// Refuses everything, so that nobody waits for what never comes.
pub(super) struct Nowhere;

impl Mailer for Nowhere {
    fn send(&self, _: Message) -> BoxFuture<'_, anyhow::Result<()>> {
        Box::pin(ready(Err(anyhow!("no mail server is configured: EMAIL_HOST"))))
    }
}
