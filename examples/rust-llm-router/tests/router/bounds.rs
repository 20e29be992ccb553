//! Memory: what callers send fills neither the queue of spans nor that of bodies.

use std::time::Duration;

use crate::support::{FakeUpstream, OtlpReceiver, PATIENCE, Reply, Router, TRACE, traceparent_in};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// What a caller can make long: path, query, user agent, tracestate.
async fn ask_at_length(router: &Router) {
    let url = format!("{}/{}?{}", router.url, "p".repeat(2500), "q".repeat(2500));
    let members: Vec<String> = (0..30).map(|index| format!("k{index}={}", "v".repeat(200))).collect();
    let response = router
        .client
        .get(url)
        .header("user-agent", "u".repeat(2500))
        .header("tracestate", members.join(","))
        .header("traceparent", traceparent_in(TRACE))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn what_a_caller_makes_long_is_cut() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    ask_at_length(&router).await;
    let span = otlp.whole_trace(TRACE).await.remove(0);
    for key in ["url.path", "url.query", "user_agent.original"] {
        assert_eq!(span.attribute(key).map(str::len), Some(1024), "{key}");
    }
    assert!(span.trace_state.starts_with("k0=v") && span.trace_state.len() <= 512, "{}", span.trace_state);
}

#[tokio::test]
async fn spans_that_do_not_fit_the_queue_in_bytes_are_dropped_said_and_counted() {
    let gone = OtlpReceiver::start().await;
    let port = gone.port();
    drop(gone);
    let variables = [("ROUTER_SPAN_QUEUE_BYTES", "65536"), ("ROUTER_FLUSH_TIMEOUT_MS", "100")];
    let router = Router::start_traced(port, &variables).await;
    for _ in 0..30 {
        ask_at_length(&router).await;
    }
    let said = router.log("spans are dropped").await;
    assert_eq!(said["capacity_bytes"], 65536);
    let waiting = said["waiting_bytes"].as_u64().expect("a number");
    // Of spans of some 5 KB.
    assert!((50_000..=65_536).contains(&waiting), "{said}");
    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0));
    let end = logs.last().expect("a last line");
    assert!(end["lost"].as_u64() >= Some(30), "{end}");
}

#[tokio::test]
async fn a_connection_that_has_ended_makes_room_for_the_next() {
    let router = Router::start(&[("ROUTER_MAX_CONNECTIONS", "2")]).await;
    for _ in 0..10 {
        let request = router.client.get(format!("{}/health", router.url)).header("connection", "close").send();
        let response = tokio::time::timeout(PATIENCE, request).await.expect("there is room").expect("an answer");
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn bodies_that_together_are_too_large_are_refused_until_one_has_gone() {
    let otlp = OtlpReceiver::start().await;
    let upstream = FakeUpstream::start([Reply::Nothing]).await;
    let providers = json!({ "providers": [{ "name": "slow", "base_url": upstream.base_url(), "models": ["m"], "max_retries": 0, "timeout_ms": 250000 }] });
    let variables = [
        ("ROUTER_MAX_BODY_BYTES", "100000"),
        // For one such body.
        ("ROUTER_MAX_BODIES_BYTES", "4294304"),
        ("ROUTER_PROVIDERS", &*providers.to_string()),
    ];
    let router = Router::start_traced(otlp.port(), &variables).await;
    // Some 15 kB, which take 3 MB when they are parsed.
    let body =
        |model: &str, objects: usize| json!({ "prompt": "x", "model": model, "metadata": vec![json!({}); objects] });
    let held = tokio::spawn(router.post("/v1/completions", body("m", 4500)).send());
    while upstream.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let refused = router.ask_traced(body("echo", 4500)).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().expect("text")), (429, "1"));
    assert_eq!(refused.json::<Value>().await.expect("JSON")["error"]["code"], "body_budget_exceeded");
    let server = otlp.whole_trace(TRACE).await.remove(0);
    server.assert_attributes(&[("error.type", "body_budget_exceeded"), ("http.response.status_code", "429")]);
    // There is room for small ones.
    assert_eq!(router.ask(body("echo", 10)).await.status(), 200);
    // This one would never fit.
    let too_large = router.ask(body("echo", 7000)).await;
    assert_eq!(too_large.status(), 413);
    held.abort();
    let freed = async {
        while router.ask(body("echo", 4500)).await.status() != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("there is room again");
}

/// What the container has; a hundred such bodies alone would take three times as much.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn hostile_bodies_and_heads_fit_the_memory_of_the_container() {
    const MEBIBYTES: u64 = 256;
    let upstream = FakeUpstream::start([Reply::Nothing]).await;
    let providers = json!({ "providers": [{ "name": "slow", "base_url": upstream.base_url(), "models": ["m"], "max_retries": 0, "timeout_ms": 600000 }] });
    let router = Router::start(&[("ROUTER_PROVIDERS", &*providers.to_string())]).await;
    let mut half_heads = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(router.address()).await.expect("a connection");
        let head = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(15_000));
        stream.write_all(head.as_bytes()).await.expect("sent");
        half_heads.push(stream);
    }
    let body = json!({ "prompt": "a ".repeat(500_000), "model": "m" });
    let mut sent = JoinSet::new();
    for _ in 0..100 {
        sent.spawn(router.post("/v1/completions", body.clone()).send());
    }
    // The others are held by the provider until the test ends.
    for _ in 0..80 {
        let refused = tokio::time::timeout(PATIENCE, sent.join_next()).await.expect("in time").expect("one more");
        assert_eq!(refused.expect("no panic").expect("an answer").status(), 429);
    }
    assert!(!upstream.asked().is_empty());
    assert!(router.peak_mebibytes() < MEBIBYTES, "{} MiB", router.peak_mebibytes());
}

/// `echo` answers with what it was sent, which is more than the system keeps for a connection.
#[tokio::test]
async fn an_answer_that_is_not_read_keeps_its_share_and_its_place() {
    let otlp = OtlpReceiver::start().await;
    let variables = [
        ("ROUTER_MAX_CONCURRENT_REQUESTS", "1"),
        ("ROUTER_MAX_BODY_BYTES", "16777216"),
        ("ROUTER_MAX_BODIES_BYTES", "1073741824"),
        ("ROUTER_WRITE_TIMEOUT_MS", "600000"),
    ];
    let router = Router::start_traced(otlp.port(), &variables).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut stream = socket.connect(router.address().parse().expect("an address")).await.expect("a connection");
    let body = json!({ "prompt": "a".repeat(15_000_000), "max_tokens": 4 }).to_string();
    let head = format!(
        "POST /v1/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\ntraceparent: {}\r\nContent-Length: {}\r\n\r\n",
        traceparent_in(TRACE),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(body.as_bytes()).await.expect("sent");
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(answer, b"HTTP/1.1 200");
    for _ in 0..20 {
        let refused = router.ask(json!({ "prompt": "hi" })).await;
        assert_eq!(refused.status(), 429);
        assert_eq!(refused.json::<Value>().await.expect("JSON")["error"]["code"], "concurrency_limit_exceeded");
    }
    assert!(!otlp.spans().iter().any(|span| span.trace_id == TRACE && span.kind == SpanKind::Server), "it has ended");
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("in time").expect("to the end");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    let completion: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(completion["choices"][0]["text"].as_str().map(str::len), Some(15_000_000));
    let spans = otlp.whole_trace(TRACE).await;
    assert!(spans.iter().all(|span| span.attribute("http.response.cut_off").is_none()), "{spans:#?}");
    assert_eq!(router.ask(json!({ "prompt": "hi" })).await.status(), 200);
}
