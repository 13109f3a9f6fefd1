//! A client that costs little: HTTP/1.1 on one kept-open connection, written and read by hand, so
//! that the machine's time goes to the servers.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to a server.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as far as we look at it.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a whole request; the answer is for [`Client::receive`], or for nobody.
    pub async fn send(&mut self, request: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(request).await?)
    }

    /// Reads one answer, which has to say how long it is.
    pub async fn receive(&mut self) -> Result<Answer<'_>> {
        self.buffer.clear();
        let head = loop {
            self.fill().await?;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
        };
        let text = str::from_utf8(&self.buffer[..head]).context("a head that is no text")?;
        let status = text.get(9..12).and_then(|t| t.parse().ok()).context("no status")?;
        let length = text.lines().find_map(content_length).context("no content-length")?;
        let (from, to) = (head + 4, head + 4 + length);
        while self.buffer.len() < to {
            self.fill().await?;
        }
        ensure!(self.buffer.len() == to, "more than one answer");
        Ok(Answer { status, body: &self.buffer[from..to] })
    }

    /// One request and its answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.send(request).await?;
        self.receive().await
    }

    async fn fill(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn content_length(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
}
