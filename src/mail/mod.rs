//! Mail to people. Who gets which letter is decided by the slices; nothing here knows them.
//!
//! Sending waits for another machine: never do it while holding a connection to the database, and
//! only after the commit (`Ctx::after_commit`).

mod letter;
mod log;
mod nowhere;
mod smtp;

use std::sync::Arc;

use anyhow::Context as _;
use futures_util::future::BoxFuture;

pub use letter::Letter;

use crate::config::Config;
use crate::error::{AppError, Result};

/// One mail to one address, in two forms that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// A way to hand messages on.
trait Mailer: Send + Sync {
    /// Returns when the next server has taken the message, or within the configured time.
    fn send(&self, message: Message) -> BoxFuture<'_, anyhow::Result<()>>;
}

/// The configured way to send mail. Cheap to clone.
#[derive(Clone)]
pub struct Mail(Arc<dyn Mailer>);

impl Mail {
    /// Over SMTP when a server is configured; else into the log, which only a developer reads.
    pub fn new(config: &Config) -> Self {
        match &config.mail.host {
            Some(host) => Self(Arc::new(smtp::Smtp::new(host, &config.mail))),
            None if config.mode.is_production() => Self(Arc::new(nowhere::Nowhere)),
            None => Self(Arc::new(log::Log)),
        }
    }

    /// Hands the message on; `Unavailable` when nobody takes it.
    pub async fn send(&self, message: Message) -> Result<()> {
        let sent = self.0.send(message).await.context("a mail could not be sent");
        sent.map_err(AppError::Unavailable)
    }
}
