//! The record: what was changed by whom, that nobody can change the record, and what happened that
//! concerns security.

mod changes;
mod complete;
mod events;
mod listed;
mod rights;
mod verified;
mod work;

use crate::support::TestApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Asks for a path exactly as it is written, which clients would tidy first.
async fn raw_get(app: &TestApp, host: &str, path: &str) {
    let mut stream = tokio::net::TcpStream::connect(app.address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = vec![];
    stream.read_to_end(&mut answer).await.expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 "), "{}", String::from_utf8_lossy(&answer));
}
