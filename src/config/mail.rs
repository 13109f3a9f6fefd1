//! Settings of mail. Sending it is the business of the room `mail`.

use std::time::Duration;

use super::{
    secret::Secret,
    setting::section,
    value::{Parsed, Value, choice, number, port_number, seconds},
};

choice! {
    /// How the connection to the mail server is encrypted.
    pub enum MailTls {
        /// `tls` on port 465, `none` to this machine itself, else `starttls`.
        Auto = "auto",
        /// From the first byte on.
        Tls = "tls",
        /// From the command STARTTLS on; a server that does not know it gets no mail.
        Starttls = "starttls",
        /// Not at all.
        None = "none",
    }
}

section! {
    /// Mail, and the links in it.
    pub struct Mail in "mail." {
        /// SMTP server. Without one, development writes mails into the log, production sends none.
        host: Option<String> = "", env ["EMAIL_HOST"];
        /// Its port.
        port: u16 = "587", env ["EMAIL_PORT"], read port_number;
        /// Who signs in there.
        user: Option<String> = "", env ["EMAIL_USER", "EMAIL_HOST_USER"];
        /// With which password.
        password: Option<Secret> = "", env ["EMAIL_PASSWORD", "EMAIL_HOST_PASSWORD"];
        /// tls, starttls, none, or auto (tls on 465, none to this machine, else starttls).
        tls: MailTls = "auto", env ["EMAIL_TLS", "EMAIL_USE_TLS" via mode_of_switch];
        /// Whom mails are from: an address, or `Name <address>`.
        from: String = "Taruvi <noreply@localhost>", env ["DEFAULT_FROM_EMAIL"], read mailbox;
        /// Longest time for handing one mail to the server, in seconds.
        timeout: Duration = "10", env ["EMAIL_TIMEOUT"], read seconds(1..=120);
        /// How long an invitation holds, in hours.
        invitation_hours: u64 = "168", env ["INVITATION_LIFETIME_HOURS"], read number(1..=8760);
    }
}

/// Django's `EMAIL_USE_TLS` means STARTTLS.
fn mode_of_switch(text: &str) -> Parsed<String> {
    let mode = if bool::parse(text)? { MailTls::Starttls } else { MailTls::None };
    Ok(mode.as_str().to_owned())
}

fn mailbox(text: &str) -> Parsed<String> {
    match text.parse::<lettre::message::Mailbox>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("is not an e-mail address, or a name and one in <>".into()),
    }
}
