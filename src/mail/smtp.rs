//! Mail over SMTP. The connection is made when first needed, kept while in use, and made anew when
//! the server has closed it.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use futures_util::future::BoxFuture;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::OnceCell;

use super::{Mailer, Message};
use crate::config::{self, MailTls};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Where `MailTls::Auto` encrypts from the first byte on.
const TLS_PORT: u16 = 465;

/// Hands messages to an SMTP server.
pub(super) struct Smtp {
    host: String,
    config: config::Mail,
    transport: OnceCell<Transport>,
}

impl Smtp {
    pub fn new(host: &str, config: &config::Mail) -> Self {
        Self { host: host.to_owned(), config: config.clone(), transport: OnceCell::new() }
    }

    fn connect(&self) -> anyhow::Result<Transport> {
        let config = &self.config;
        let encryption = || TlsParameters::new(self.host.clone()).context("TLS to the mail server");
        let tls = match (config.tls, config.port) {
            (MailTls::Tls, _) | (MailTls::Auto, TLS_PORT) => Tls::Wrapper(encryption()?),
            (MailTls::Starttls, _) => Tls::Required(encryption()?),
            (MailTls::None, _) => Tls::None,
            (MailTls::Auto, _) if is_this_machine(&self.host) => Tls::None,
            (MailTls::Auto, _) => Tls::Required(encryption()?),
        };
        let mut transport = Transport::builder_dangerous(&self.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(config.timeout));
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            let password = password.expose().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        Ok(transport.build())
    }

    fn message(&self, message: Message) -> anyhow::Result<lettre::Message> {
        let from: Mailbox = self.config.from.parse().context("DEFAULT_FROM_EMAIL")?;
        let to: Address = message.to.parse().context("the receiver's address")?;
        let body = MultiPart::alternative_plain_html(message.text, message.html);
        let mut mail = lettre::Message::builder()
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(message.subject)
            .message_id(None)
            .multipart(body)?;
        // No answers from people on holiday (RFC 3834).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        mail.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(mail)
    }

    async fn hand_on(&self, message: Message) -> anyhow::Result<()> {
        let mail = self.message(message)?;
        let transport = self.transport.get_or_try_init(async || self.connect()).await?;
        transport.send(mail).await?;
        Ok(())
    }
}

impl Mailer for Smtp {
    fn send(&self, message: Message) -> BoxFuture<'_, anyhow::Result<()>> {
        let patience: Duration = self.config.timeout;
        Box::pin(async move {
            let sent = tokio::time::timeout(patience, self.hand_on(message)).await;
            sent.map_err(|_| anyhow!("the mail server took longer than {patience:?}"))?
        })
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
