//! A mail server for tests: speaks as much of RFC 5321 as a client needs to hand a message over, and
//! keeps what it gets.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A message as it came over the wire.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// Header and body, without the dots that transport adds.
    pub raw: String,
}

/// The server, and what it was sent.
pub struct Mailbox {
    pub address: SocketAddr,
    mails: mpsc::UnboundedReceiver<Mail>,
    refused: Arc<Mutex<HashSet<String>>>,
}

impl Mailbox {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, mails) = mpsc::unbounded_channel();
        let refused: Arc<Mutex<HashSet<String>>> = Arc::default();
        let refuses = refused.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, sender.clone(), refuses.clone()));
            }
        });
        Self { address, mails, refused }
    }

    /// Takes no mail for this address.
    pub fn refuse(&self, address: &str) {
        self.refused.lock().insert(address.to_owned());
    }

    /// Takes mail for it again.
    pub fn admit(&self, address: &str) {
        self.refused.lock().remove(address);
    }

    /// The next mail; fails the test if none comes.
    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Mail> {
        let at = std::panic::Location::caller();
        async move {
            let next = tokio::time::timeout(Duration::from_secs(10), self.mails.recv()).await;
            next.ok().flatten().unwrap_or_else(|| panic!("{at}: no mail came"))
        }
    }

    /// How many mails have come beside those that were taken out.
    pub fn waiting(&self) -> usize {
        self.mails.len()
    }
}

/// One client, until it leaves.
async fn serve(
    client: TcpStream,
    mails: mpsc::UnboundedSender<Mail>,
    refused: Arc<Mutex<HashSet<String>>>,
) {
    let (read, mut write) = client.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut from, mut to) = (String::new(), String::new());
    write.write_all(b"220 localhost ESMTP\r\n").await.ok();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let path = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match verb.as_str() {
            "EHLO" | "HELO" => "250-localhost\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "MAIL" => {
                from = path();
                "250 ok"
            }
            "RCPT" if refused.lock().contains(&path()) => "550 no such mailbox",
            "RCPT" => {
                to = path();
                "250 ok"
            }
            "DATA" => {
                write.write_all(b"354 go ahead\r\n").await.ok();
                let mut raw = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push('\n');
                }
                let (from, to) = (std::mem::take(&mut from), std::mem::take(&mut to));
                mails.send(Mail { from, to, raw }).ok();
                "250 kept"
            }
            "RSET" | "NOOP" => "250 ok",
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok();
                return;
            }
            _ => "502 not known",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok();
    }
}

impl Mail {
    /// A header's value, its lines joined.
    #[track_caller]
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\n\n").next().unwrap_or_default().replace("\n ", " ");
        let value = head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        });
        value.unwrap_or_else(|| panic!("no {name} in {}", self.raw))
    }

    /// The part of this type, decoded.
    #[track_caller]
    fn part(&self, kind: &str) -> String {
        let start = format!("Content-Type: {kind}");
        let (_, part) = self.raw.split_once(&start).unwrap_or_else(|| panic!("no {kind}"));
        let (head, body) = part.split_once("\n\n").expect("a body");
        let boundary = self.raw.split("boundary=\"").nth(1).and_then(|b| b.split('"').next());
        let end = format!("\n--{}", boundary.expect("a boundary"));
        let body = body.split(&end).next().unwrap_or_default();
        let encoding = head.split("Content-Transfer-Encoding: ").nth(1).unwrap_or_default();
        match encoding.lines().next().unwrap_or_default() {
            "base64" => {
                let bytes = STANDARD.decode(body.replace('\n', "")).expect("base64");
                String::from_utf8(bytes).expect("text")
            }
            "quoted-printable" => unquoted(body),
            _ => body.to_owned(),
        }
    }

    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    pub fn html(&self) -> String {
        self.part("text/html")
    }

    /// The link that stands in the text.
    #[track_caller]
    pub fn link(&self) -> String {
        let text = self.text();
        let link = text.split_whitespace().find(|word| word.starts_with("http"));
        link.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
    }

    /// The token that the link carries.
    #[track_caller]
    pub fn token(&self) -> String {
        let link = self.link();
        link.split_once("#token=").unwrap_or_else(|| panic!("no token in {link}")).1.to_owned()
    }
}

/// RFC 2045, section 6.7.
fn unquoted(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let (mut bytes, mut rest) = (vec![], joined.as_bytes());
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'=', [a, b, tail @ ..]) => {
                let digits = [*a, *b];
                let digits = std::str::from_utf8(&digits).expect("two digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("text")
}
