//! One request, one trace: parents, conventions, what travels on, and what is not told.

use crate::support::{FakeQdrant, OtlpReceiver, PARENT, Router, TRACE, named, traceparent_in};
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn one_request_is_one_trace_down_to_qdrant() {
    let (otlp, qdrant) = (OtlpReceiver::start().await, FakeQdrant::start().await);
    let variables = [
        ("QDRANT_GRPC_URL", &*qdrant.url()),
        ("QDRANT_API_KEY", "qdrant-key-value"),
        ("OTEL_SERVICE_NAME", "router-under-test"),
    ];
    let router = Router::start_traced(otlp.port(), &variables).await;
    qdrant.seeded().await;

    let response = router
        .post_traced(
            "/v1/completions?api_key=query-secret",
            json!({ "prompt": "How does a threshold sampler decide?", "max_tokens": 50 }),
        )
        .header("tracestate", "ot=th:8,congo=t61")
        .header("authorization", "Bearer caller-secret")
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-trace-id"], TRACE);
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer["choices"][0]["text"], "How does a threshold sampler decide?");
    assert_eq!(answer["usage"], json!({ "prompt_tokens": 6, "completion_tokens": 6, "total_tokens": 12 }));
    assert_eq!(answer["context"]["status"], "found");
    assert_eq!(answer["context"]["passages"].as_array().map(Vec::len), Some(3));
    assert_eq!(answer["context"]["passages"][0]["title"], "Threshold sampler");

    let spans = otlp.whole_trace(TRACE).await;
    assert_eq!(spans.len(), 3, "{spans:#?}");
    let server = named(&spans, "POST /v1/completions");
    assert_eq!((server.parent_id.as_str(), server.kind, server.status), (PARENT, SpanKind::Server, StatusCode::Unset));
    server.assert_attributes(&[
        ("http.request.method", "POST"),
        ("http.route", "/v1/completions"),
        ("http.response.status_code", "200"),
        ("url.path", "/v1/completions"),
        ("url.scheme", "http"),
        ("url.query", "api_key=REDACTED"),
        ("server.address", "127.0.0.1"),
        ("client.address", "127.0.0.1"),
        ("network.protocol.version", "1.1"),
    ]);
    assert_eq!(server.resource["service.name"], "router-under-test");
    let query = named(&spans, "query router-context");
    assert_eq!(
        (query.parent_id.as_str(), query.kind, query.status),
        (server.span_id.as_str(), SpanKind::Client, StatusCode::Unset)
    );
    let port = qdrant.url().rsplit(':').next().expect("a port").to_owned();
    query.assert_attributes(&[
        ("db.system.name", "qdrant"),
        ("db.operation.name", "query"),
        ("db.collection.name", "router-context"),
        ("db.response.returned_rows", "3"),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
    ]);
    let model = named(&spans, "text_completion echo");
    assert_eq!((model.parent_id.as_str(), model.kind), (server.span_id.as_str(), SpanKind::Internal));
    model.assert_attributes(&[
        ("gen_ai.operation.name", "text_completion"),
        ("gen_ai.provider.name", "echo"),
        ("gen_ai.request.model", "echo"),
        ("gen_ai.request.max_tokens", "50"),
        ("gen_ai.response.model", "echo"),
        ("gen_ai.response.finish_reasons", "stop"),
        ("gen_ai.usage.input_tokens", "6"),
        ("gen_ai.usage.output_tokens", "6"),
    ]);
    // th:8 agrees with the trace id, so it travels on as it came, to every span and to Qdrant.
    assert!(spans.iter().all(|span| span.trace_state == "ot=th:8,congo=t61"), "{spans:#?}");
    let metadata = qdrant.calls("Query").pop().expect("a call");
    assert_eq!(metadata["traceparent"], query.traceparent());
    assert_eq!(metadata["tracestate"], "ot=th:8,congo=t61");
    assert_eq!(metadata["api-key"], "qdrant-key-value");

    let (code, logs) = router.stop().await;
    assert_eq!(code, Some(0), "{logs:#?}");
    let told = format!("{:?} {logs:?}", otlp.spans());
    for secret in ["query-secret", "caller-secret", "qdrant-key-value", "threshold sampler decide"] {
        assert!(!told.contains(secret), "{secret} was told");
    }
}

#[tokio::test]
async fn a_malformed_traceparent_begins_a_new_trace() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    for header in [
        "garbage",
        &format!("00-{TRACE}-{PARENT}"),
        &format!("ff-{TRACE}-{PARENT}-01"),
        &format!("00-{TRACE}-0000000000000000-01"),
    ] {
        let request = router.post("/v1/completions", json!({ "prompt": "hi" })).header("traceparent", header);
        let response = request.header("tracestate", "ot=th:8").send().await.expect("an answer");
        let id = response.headers()["x-trace-id"].to_str().expect("text").to_owned();
        assert_ne!(id, TRACE, "{header}");
        let spans = otlp.whole_trace(&id).await;
        let server = named(&spans, "POST /v1/completions");
        assert_eq!((server.parent_id.as_str(), server.trace_state.as_str()), ("", "ot=th:0"), "{header}");
        server.assert_attributes(&[("traceparent.malformed", "true")]);
    }
}

#[tokio::test]
async fn prompts_are_in_spans_only_when_asked_for() {
    let otlp = OtlpReceiver::start().await;
    let router =
        Router::start_traced(otlp.port(), &[("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")]).await;
    let body = json!({ "messages": [{ "role": "user", "content": "my password=hunter2 please" }], "stream": true });
    let response = router.post_traced("/v1/chat/completions", body).send().await.expect("an answer");
    response.text().await.expect("a stream");
    let spans = otlp.whole_trace(TRACE).await;
    let model = named(&spans, "chat echo");
    let messages = r#"[{"content":"my password=[REDACTED] please","role":"user"}]"#;
    model.assert_attributes(&[
        ("gen_ai.input.messages", messages),
        ("gen_ai.output.messages", &messages.replace("user", "assistant")),
    ]);
}

#[tokio::test]
async fn log_lines_carry_the_ids_of_their_span() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[("OTEL_LOG_LEVEL", "debug")]).await;
    router.ask_traced(json!({ "prompt": "hi" })).await;
    let spans = otlp.whole_trace(TRACE).await;
    let entry = router.log("answered").await;
    assert_eq!(entry["trace_id"], TRACE);
    assert_eq!(entry["span_id"], named(&spans, "POST /v1/completions").span_id.as_str());
}

#[tokio::test]
async fn an_answer_without_a_body_is_not_cut_off() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    let request = router.client.head(format!("{}/nothing", router.url)).header("traceparent", traceparent_in(TRACE));
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 404);
    assert!(response.headers()["content-length"].to_str().is_ok_and(|length| length != "0"), "{response:?}");
    let spans = otlp.whole_trace(TRACE).await;
    assert_eq!(spans[0].attribute("http.response.cut_off"), None);
}
