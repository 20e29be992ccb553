//! A gRPC server of unary calls, on hyper: what it is asked and with which metadata is all a test wants to know.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub struct GrpcCall {
    pub path: String,
    pub metadata: HeaderMap,
    pub message: Bytes,
}

/// An encoded message, or a gRPC status and its text.
pub type GrpcReply = Result<Vec<u8>, (u32, String)>;

/// Serves until the handle is dropped, which cuts its connections.
pub struct GrpcServer {
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for GrpcServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl GrpcServer {
    /// Port 0 takes a free one.
    pub async fn start<F, Fut>(port: u16, handle: F) -> GrpcServer
    where
        F: Fn(GrpcCall) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = GrpcReply> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let handle = Arc::new(handle);
        let task = tokio::spawn(async move {
            // Dropped with the task, and the connections with it.
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let handle = handle.clone();
                let service = service_fn(move |request| answer(handle.clone(), request));
                connections.spawn(async move {
                    let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        GrpcServer { address, task }
    }
}

type Frames = StreamBody<futures_util::stream::Iter<std::vec::IntoIter<Result<Frame<Bytes>, hyper::Error>>>>;

async fn answer<F, Fut>(handle: Arc<F>, request: Request<Incoming>) -> Result<Response<Frames>, hyper::Error>
where
    F: Fn(GrpcCall) -> Fut,
    Fut: Future<Output = GrpcReply>,
{
    let (head, body) = request.into_parts();
    let framed = body.collect().await?.to_bytes();
    // One byte of flags and four of length come before the message.
    let message = framed.slice(5.min(framed.len())..);
    let reply = handle(GrpcCall { path: head.uri.path().to_owned(), metadata: head.headers, message }).await;
    let mut frames = Vec::new();
    let mut trailers = HeaderMap::new();
    match reply {
        Ok(message) => {
            let mut data = BytesMut::with_capacity(message.len() + 5);
            data.put_u8(0);
            data.put_u32(message.len() as u32);
            data.put_slice(&message);
            frames.push(Ok(Frame::data(data.freeze())));
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
        }
        Err((status, text)) => {
            trailers.insert("grpc-status", HeaderValue::from(status));
            trailers.insert("grpc-message", HeaderValue::from_str(&text).expect("plain text"));
        }
    }
    frames.push(Ok(Frame::trailers(trailers)));
    let body = StreamBody::new(futures_util::stream::iter(frames));
    Ok(Response::builder().header("content-type", "application/grpc").body(body).expect("a response"))
}
