//! Accepting connections: limits that hyper enforces before there is a request, and a stop that
//! lets running requests end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use futures_util::FutureExt;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use crate::config::Http;

/// Headers that take longer are cut off, and so are connections that stay idle longer.
const MAX_HEADER_TIME: Duration = Duration::from_secs(10);
/// Headers over this answer 431.
const MAX_HEADERS: usize = 16 * 1024;

pub(super) async fn serve<F: Future<Output = Response> + Send + 'static>(
    listener: TcpListener,
    answer: impl Fn(Request) -> F + Clone + Send + Sync + 'static,
    stop: impl Future<Output = ()>,
    http: &Http,
) {
    let header_time = http.request_timeout.min(MAX_HEADER_TIME);
    let server = server(header_time);
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    accept(&server, &graceful, answer.clone(), stream, peer, header_time);
                }
                Err(e) => {
                    // Out of file descriptors, most likely: let some connections end first.
                    tracing::warn!(error = %e, "could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(http.shutdown_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

fn server(header_time: Duration) -> Builder<TokioExecutor> {
    let mut server = Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(MAX_HEADERS);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEADERS).unwrap_or(u32::MAX))
        .max_concurrent_streams(100)
        .keep_alive_interval(Duration::from_secs(30));
    server
}

fn accept<F: Future<Output = Response> + Send + 'static>(
    server: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    answer: impl Fn(Request) -> F + Send + Sync + 'static,
    stream: TcpStream,
    peer: SocketAddr,
    header_time: Duration,
) {
    let _ = stream.set_nodelay(true);
    let begun = Arc::new(AtomicBool::new(false));
    let heard = begun.clone();
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        heard.store(true, Relaxed);
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        answer(request).map(Ok::<_, Infallible>)
    });
    let connection =
        server.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        let mut connection = std::pin::pin!(connection);
        let ended = match tokio::time::timeout(header_time, connection.as_mut()).await {
            Ok(ended) => ended,
            // Nor does hyper wait for ever, once it knows which version of HTTP it hears.
            Err(_) if !begun.load(Relaxed) => return,
            Err(_) => connection.await,
        };
        if let Err(e) = ended {
            tracing::debug!(error = %e, "a connection ended");
        }
    });
}
