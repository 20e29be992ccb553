//! An OpenAI-compatible provider that answers as it is told, and keeps what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderMap;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone)]
pub enum Reply {
    Completion,
    Events(&'static str),
    Status(u16, Option<&'static str>, &'static str),
    /// Never.
    Nothing,
}

#[derive(Clone)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
    pub at: Instant,
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    asked: Vec<Asked>,
}

pub struct FakeUpstream {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for FakeUpstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FakeUpstream {
    /// Gives `replies` one after another, and the last one for ever.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> FakeUpstream {
        let script = Arc::new(Mutex::new(Script { replies: replies.into_iter().collect(), asked: Vec::new() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = axum::Router::new().fallback(answer).with_state(script.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves") });
        FakeUpstream { address, script, task }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.script.lock().expect("not poisoned").asked.clone()
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    let body = serde_json::from_slice(&bytes).expect("JSON");
    let reply = {
        let mut script = script.lock().expect("not poisoned");
        script.asked.push(Asked { path: head.uri.path().to_owned(), headers: head.headers, body, at });
        if script.replies.len() > 1 { script.replies.pop_front() } else { script.replies.front().cloned() }
    };
    let json_response = |status: u16, value: Value| {
        Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Body::from(value.to_string()))
            .expect("a response")
    };
    match reply.expect("a reply") {
        Reply::Completion => json_response(
            200,
            json!({
                "id": "cmpl-1", "object": "text_completion", "created": 1, "model": "upstream-model-2026",
                "choices": [{ "index": 0, "text": "from upstream", "message": { "role": "assistant", "content": "from upstream" }, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14 },
            }),
        ),
        Reply::Events(text) => {
            Response::builder().header("content-type", "text/event-stream").body(Body::from(text)).expect("a response")
        }
        Reply::Status(status, retry_after, message) => {
            let mut response = json_response(status, json!({ "error": { "message": message } }));
            if let Some(seconds) = retry_after {
                response.headers_mut().insert("retry-after", seconds.parse().expect("a header value"));
            }
            response
        }
        Reply::Nothing => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            unreachable!("nobody waits so long")
        }
    }
}
