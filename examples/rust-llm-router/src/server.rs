//! Connections: taken up to a bound, guarded against clients that send or take too slowly, and ended in peace.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::Extension;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use crate::routes::{App, router};

/// A head that does not fit is answered with 431. What is read at once of a body is no larger either: hyper's own 400 KiB
/// would be more than a gigabyte for all connections.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// After an error of `accept` that is not of one connection, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends, then answers what is under way, for at most the shutdown time-out.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) {
    let max_connections = app.settings.max_connections as u32;
    let connections = Arc::new(Semaphore::new(max_connections as usize));
    let (cut_off, being_cut) = watch::channel(false);
    let graceful = GracefulShutdown::new();
    let service = router(app.clone());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(app.settings.header_timeout)
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_HEAD_BYTES);
    tokio::pin!(stop);
    loop {
        let permit = tokio::select! {
            () = &mut stop => break,
            permit = connections.clone().acquire_owned() => permit.expect("never closed"),
        };
        let (stream, client) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(reason = error.to_string(), "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let io = TokioIo::new(Box::pin(guarded(stream, app.settings.write_timeout)));
        let service = TowerToHyperService::new(service.clone().layer(Extension::<SocketAddr>(client)));
        let connection = graceful.watch(http.serve_connection(io, service));
        let mut being_cut = being_cut.clone();
        tokio::spawn(async move {
            // Moved in, so that the permit outlives the connection, and what it holds.
            let _permit = permit;
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(client = client.to_string(), reason = error.to_string(), "a connection ended early");
                },
                _ = being_cut.wait_for(|cut| *cut) => {}
            }
        });
    }
    drop(listener);
    app.stopping.store(true, Ordering::Relaxed);
    tracing::info!("stopping: answers what is under way");
    if tokio::time::timeout(app.settings.shutdown_timeout, graceful.shutdown()).await.is_err() {
        let open = max_connections as usize - connections.available_permits();
        tracing::warn!(
            connections = open,
            timeout_ms = app.settings.shutdown_timeout.as_millis() as u64,
            "requests are cut off, since they took longer than the shutdown time-out"
        );
        cut_off.send_replace(true);
        // Their spans have ended when all connections have: only then can they be flushed.
        let _ = connections.acquire_many(max_connections).await;
    }
}

fn guarded(stream: TcpStream, write_timeout: Duration) -> TimeoutStream<TcpStream> {
    // A stream's parts go out as they come.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(write_timeout));
    stream
}
