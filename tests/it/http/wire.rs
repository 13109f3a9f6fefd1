//! A bare connection to the server, for what no HTTP library would send.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::TestApp;

/// An open connection.
pub struct Wire(TcpStream);

/// Everything that came until the server closed.
pub struct Reply {
    pub text: String,
    /// Whether the server closed the connection, rather than the test's patience ending.
    pub closed: bool,
}

impl Wire {
    pub async fn open(app: &TestApp) -> Self {
        Self::to(app.address).await
    }

    pub async fn to(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.expect("a connection"))
    }

    /// Sends; the server may have closed already.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads until the server closes, or for so long.
    pub async fn rest(&mut self, patience: Duration) -> Reply {
        let mut bytes = vec![];
        let end = async {
            let mut buffer = [0; 8192];
            while let Ok(n @ 1..) = self.0.read(&mut buffer).await {
                bytes.extend_from_slice(&buffer[..n]);
            }
        };
        let closed = tokio::time::timeout(patience, end).await.is_ok();
        Reply { text: String::from_utf8_lossy(&bytes).into_owned(), closed }
    }
}

impl Reply {
    /// The status of the first answer; 0 when there is none.
    pub fn status(&self) -> u16 {
        let status = self.text.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_default()
    }

    /// How many answers there are.
    pub fn answers(&self) -> usize {
        self.text.matches("HTTP/1.1 ").count()
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        let body = self.text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Sends text on a connection of its own, and reads what comes in the next seconds.
pub async fn exchange(app: &TestApp, request: impl AsRef<[u8]>) -> Reply {
    let mut wire = Wire::open(app).await;
    wire.send(request).await;
    wire.rest(Duration::from_secs(3)).await
}

/// A request for an operation, after which the server closes.
pub fn operation(host: &str, token: Option<&str>, query: &str) -> String {
    let body = json!({ "query": query }).to_string();
    let token = token.map(|t| format!("Authorization: Bearer {t}\r\n")).unwrap_or_default();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: {host}\r\n{token}Connection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
