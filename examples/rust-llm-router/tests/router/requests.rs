//! What is refused, and how: bad input, too much, too slow; and settings that are wrong.

use std::time::Duration;

use crate::support::{FakeUpstream, OtlpReceiver, PATIENCE, Reply, Router, TRACE, settings_error};
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn bad_requests_are_refused_with_the_reason() {
    let router = Router::start(&[("ROUTER_MAX_BODY_BYTES", "2000")]).await;
    let large = json!({ "prompt": "x".repeat(3000) }).to_string();
    for (method, path, content_type, body, status, code, param) in [
        ("POST", "/v1/completions", "application/json", "{}", 400, "invalid_value", Some("prompt")),
        ("POST", "/v1/completions", "application/json", "{\"prompt\": 5}", 400, "invalid_value", Some("prompt")),
        (
            "POST",
            "/v1/completions",
            "application/json",
            "{\"prompt\": \"x\", \"max_tokens\": 0}",
            400,
            "invalid_value",
            Some("max_tokens"),
        ),
        (
            "POST",
            "/v1/completions",
            "application/json",
            "{\"prompt\": \"x\", \"model\": \"gpt\"}",
            400,
            "model_not_found",
            Some("model"),
        ),
        ("POST", "/v1/completions", "application/json", "{\"prompt\"", 400, "invalid_json", Some("body")),
        ("POST", "/v1/completions", "application/json", "", 400, "invalid_json", Some("body")),
        ("POST", "/v1/completions", "application/json", "\u{0}", 400, "invalid_json", Some("body")),
        (
            "POST",
            "/v1/chat/completions",
            "application/json",
            "{\"messages\": []}",
            400,
            "invalid_value",
            Some("messages"),
        ),
        ("POST", "/v1/completions", "text/plain", "{\"prompt\": \"x\"}", 415, "unsupported_media_type", None),
        ("POST", "/v1/completions", "application/json", &large, 413, "body_too_large", None),
        ("GET", "/v1/completions", "application/json", "", 405, "method_not_allowed", None),
        ("GET", "/v2", "application/json", "", 404, "not_found", None),
    ] {
        let request = router.client.request(method.parse().expect("a method"), format!("{}{path}", router.url));
        let response =
            request.header("content-type", content_type).body(body.to_owned()).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{method} {path} {body}");
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!((&answer["error"]["code"], &answer["error"]["param"]), (&json!(code), &json!(param)), "{answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|text| text.len() > 10), "{answer}");
    }
    // Without a length, in pieces.
    let pieces = futures_util::stream::iter((0..30).map(|_| Ok::<_, std::io::Error>("x".repeat(100))));
    let request =
        router.client.post(format!("{}/v1/completions", router.url)).header("content-type", "application/json");
    let response = request.body(reqwest::Body::wrap_stream(pieces)).send().await.expect("an answer");
    assert_eq!(response.status(), 413);
    let response = router.ask(json!({ "prompt": "x" })).await;
    assert_eq!(response.status(), 200, "it goes on");
}

#[tokio::test]
async fn a_client_error_is_no_error_of_the_server_span() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    let response = router.ask_traced(json!({})).await;
    assert_eq!(response.status(), 400);
    let spans = otlp.whole_trace(TRACE).await;
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].status, spans[0].attribute("error.type")), (StatusCode::Unset, Some("invalid_value")));
}

#[tokio::test]
async fn too_many_a_second_are_told_when_to_come_again() {
    let router = Router::start(&[("ROUTER_RATE_PER_SECOND", "5")]).await;
    let mut refused = 0;
    for _ in 0..20 {
        let response = router.ask(json!({ "prompt": "x" })).await;
        if response.status() == 429 {
            refused += 1;
            assert_eq!(response.headers()["retry-after"], "1");
            let answer: Value = response.json().await.expect("JSON");
            assert_eq!(answer["error"]["code"], "rate_limit_exceeded");
        }
    }
    assert!(refused > 0);
    // Probes are not counted.
    assert_eq!(router.client.get(format!("{}/health", router.url)).send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn too_many_at_once_are_refused_until_one_ends() {
    let otlp = OtlpReceiver::start().await;
    let upstream = FakeUpstream::start([Reply::Nothing]).await;
    let providers = json!({ "providers": [{ "name": "slow", "base_url": upstream.base_url(), "models": ["m"], "max_retries": 0, "timeout_ms": 600000 }] });
    let variables = [("ROUTER_MAX_CONCURRENT_REQUESTS", "1"), ("ROUTER_PROVIDERS", &*providers.to_string())];
    let router = Router::start_traced(otlp.port(), &variables).await;
    let held = tokio::spawn(router.post("/v1/completions", json!({ "prompt": "x", "model": "m" })).send());
    while upstream.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let again = async || router.ask_traced(json!({ "prompt": "x" })).await;
    let refused = again().await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().expect("text")), (429, "1"));
    let spans = otlp.whole_trace(TRACE).await;
    assert_eq!(
        (spans[0].kind, spans[0].attribute("error.type")),
        (SpanKind::Server, Some("concurrency_limit_exceeded"))
    );
    held.abort();
    let freed = async {
        while again().await.status() != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, freed).await.expect("the place is free again");
}

/// Sends `head`, then nothing: what comes back until the router closes the connection.
async fn slow_client(router: &Router, head: &str) -> String {
    let mut stream = TcpStream::connect(router.address()).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("it closes");
    // A reset is a way to close.
    let _ = read;
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn slow_clients_are_cut_off() {
    let router = Router::start(&[("ROUTER_HEADER_TIMEOUT_MS", "300"), ("ROUTER_BODY_TIMEOUT_MS", "300")]).await;
    let head = "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    assert!(!slow_client(&router, head).await.contains("200 OK"));
    assert!(!slow_client(&router, "").await.contains("200 OK"));
    let answer = slow_client(&router, &format!("{head}Content-Length: 100\r\n\r\n{{\"prompt\"")).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_timeout"), "{answer}");
    let answer = slow_client(&router, "GARBAGE\r\n\r\n").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let answer = slow_client(&router, &format!("GET /health HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(40_000))).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(router.client.get(format!("{}/health", router.url)).send().await.expect("an answer").status(), 200);
}

/// What it holds, its place or its share of the memory for bodies, is held until then.
#[tokio::test]
async fn a_client_that_takes_nothing_is_cut_off() {
    // Larger than what the kernel keeps for a connection.
    let long = "word ".repeat(1_050_000);
    for (limit, value, prompt) in
        [("ROUTER_MAX_CONCURRENT_REQUESTS", "1", "x"), ("ROUTER_MAX_BODIES_BYTES", "10194304", &*long)]
    {
        let variables = [("ROUTER_WRITE_TIMEOUT_MS", "3000"), ("ROUTER_MAX_BODY_BYTES", "6000000"), (limit, value)];
        let router = Router::start(&variables).await;
        let body = json!({ "prompt": long, "stream": true }).to_string();
        let mut stream = TcpStream::connect(router.address()).await.expect("a connection");
        let head = format!(
            "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream.write_all(body.as_bytes()).await.expect("sent");
        stream.readable().await.expect("the answer begins");
        // It is full, and has room when that client has been cut off, though it still holds its end of the connection.
        for status in [429, 200] {
            let seen = async {
                while router.ask(json!({ "prompt": prompt })).await.status() != status {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("{limit}: no {status}"));
        }
        drop(stream);
    }
}

#[test]
fn wrong_settings_end_the_program_with_one_sentence() {
    for (name, value, said) in [
        ("PORT", "x", "0 to 65535"),
        ("PORT", "65536", "0 to 65535"),
        ("OTEL_LOG_LEVEL", "loud", "error, warn, info or debug"),
        ("ROUTER_MAX_BODY_BYTES", "0", "from 1"),
        ("ROUTER_RATE_PER_SECOND", "-1", "a whole number"),
        ("ROUTER_MAX_BODIES_BYTES", "1048576", "from 5242880"),
        ("ROUTER_SPAN_QUEUE_BYTES", "1", "from 65536"),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "0", "1 to 16384"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "novalue", "key=value"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "a whole number"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", "none"),
        ("ROUTER_PROVIDERS", "{", "ROUTER_PROVIDERS"),
        ("ROUTER_PROVIDERS_FILE", "/nowhere/providers.json", "cannot be read"),
        ("QDRANT_URL", "qdrant:6333", "http://"),
        ("QDRANT_API_KEY_FILE", "/nowhere/key", "cannot be read"),
        ("QDRANT_API_KEY", "a b", "visible ASCII"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "grpc or http/protobuf"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://", "host:port"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "yes", "true or false"),
        ("OTEL_TRACES_EXPORTER", "zipkin", "otlp or none"),
        ("OTEL_TRACES_SAMPLER", "xray", "parentbased_traceidratio"),
        ("OTEL_RESOURCE_ATTRIBUTES", "novalue", "key=value"),
        ("UAT_TRACING_PRESET", "prod", "development, production, collector or off"),
    ] {
        let (code, text) = settings_error(&[(name, value)]);
        assert_eq!(code, Some(2), "{name}={value}: {text}");
        assert!(text.contains(name) && text.contains(said) && text.lines().count() == 1, "{name}={value}: {text}");
    }
    let (code, text) = settings_error(&[("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "2")]);
    assert!(code == Some(2) && text.contains("OTEL_TRACES_SAMPLER_ARG"), "{text}");
}

#[tokio::test]
async fn a_taken_address_is_said() {
    let router = Router::start(&[]).await;
    let port = router.url.rsplit(':').next().expect("a port").to_owned();
    let (code, text) = settings_error(&[("PORT", &port)]);
    assert_eq!(code, Some(1));
    assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("PORT"), "{text}");
}
