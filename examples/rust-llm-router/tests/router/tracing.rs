//! One request, one trace: parents, conventions, what travels on, and what is not told.

use crate::support::{FakeQdrant, OtlpReceiver, PARENT, ReceivedSpan, Router, TRACE, traceparent};
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};
use serde_json::{Value, json};

fn named<'a>(spans: &'a [ReceivedSpan], name: &str) -> &'a ReceivedSpan {
    let found: Vec<&ReceivedSpan> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "spans named {name} in {spans:#?}");
    found[0]
}

fn assert_attributes(span: &ReceivedSpan, expected: &[(&str, &str)]) {
    for (key, value) in expected {
        assert_eq!(span.attribute(key), Some(*value), "{key} of {}: {:#?}", span.name, span.attributes);
    }
}

fn traceparent_of(span: &ReceivedSpan) -> String {
    format!("00-{}-{}-01", span.trace_id, span.span_id)
}

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
        .post(
            "/v1/completions?api_key=query-secret",
            json!({ "prompt": "How does a threshold sampler decide?", "max_tokens": 50 }),
        )
        .header("traceparent", traceparent())
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
    assert_attributes(
        server,
        &[
            ("http.request.method", "POST"),
            ("http.route", "/v1/completions"),
            ("http.response.status_code", "200"),
            ("url.path", "/v1/completions"),
            ("url.scheme", "http"),
            ("url.query", "api_key=REDACTED"),
            ("server.address", "127.0.0.1"),
            ("client.address", "127.0.0.1"),
            ("network.protocol.version", "1.1"),
        ],
    );
    assert_eq!(server.resource["service.name"], "router-under-test");
    let query = named(&spans, "query router-context");
    assert_eq!(
        (query.parent_id.as_str(), query.kind, query.status),
        (server.span_id.as_str(), SpanKind::Client, StatusCode::Unset)
    );
    let port = qdrant.url().rsplit(':').next().expect("a port").to_owned();
    assert_attributes(
        query,
        &[
            ("db.system.name", "qdrant"),
            ("db.operation.name", "query"),
            ("db.collection.name", "router-context"),
            ("db.response.returned_rows", "3"),
            ("server.address", "127.0.0.1"),
            ("server.port", &port),
        ],
    );
    let model = named(&spans, "text_completion echo");
    assert_eq!((model.parent_id.as_str(), model.kind), (server.span_id.as_str(), SpanKind::Internal));
    assert_attributes(
        model,
        &[
            ("gen_ai.operation.name", "text_completion"),
            ("gen_ai.provider.name", "echo"),
            ("gen_ai.request.model", "echo"),
            ("gen_ai.request.max_tokens", "50"),
            ("gen_ai.response.model", "echo"),
            ("gen_ai.response.finish_reasons", "stop"),
            ("gen_ai.usage.input_tokens", "6"),
            ("gen_ai.usage.output_tokens", "6"),
        ],
    );
    // th:8 agrees with the trace id, so it travels on as it came, to every span and to Qdrant.
    assert!(spans.iter().all(|span| span.trace_state == "ot=th:8,congo=t61"), "{spans:#?}");
    let metadata = qdrant.calls("Query").pop().expect("a call");
    assert_eq!(metadata["traceparent"], traceparent_of(query));
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
async fn the_collection_is_made_and_made_again_when_it_has_gone() {
    let (otlp, qdrant) = (OtlpReceiver::start().await, FakeQdrant::start().await);
    let router = Router::start_traced(otlp.port(), &[("QDRANT_GRPC_URL", &qdrant.url())]).await;
    qdrant.seeded().await;
    // Each call carries its own span.
    for method in ["CollectionExists", "Create", "Upsert"] {
        let metadata = qdrant.calls(method).pop().expect(method);
        assert!(metadata.contains_key("traceparent"), "{method}: {metadata:?}");
    }
    qdrant.lose_collection();
    let send = async |id: &str| {
        let request = router
            .post("/v1/completions", json!({ "prompt": "sampling" }))
            .header("traceparent", format!("00-{id}-{PARENT}-01"));
        request.send().await.expect("an answer").json::<Value>().await.expect("JSON")
    };
    assert_eq!(send(TRACE).await["context"], json!({ "status": "unavailable" }));
    let spans = otlp.whole_trace(TRACE).await;
    let query = named(&spans, "query router-context");
    assert_eq!(query.status, StatusCode::Error);
    assert_attributes(query, &[("error.type", "NOT_FOUND"), ("db.response.status_code", "NOT_FOUND")]);
    assert_eq!(named(&spans, "POST /v1/completions").status, StatusCode::Unset);
    qdrant.seeded().await;
    assert_eq!(send(&TRACE.replace("4b", "5c")).await["context"]["status"], "found");
}

#[tokio::test]
async fn a_collection_that_is_empty_is_filled() {
    let qdrant = FakeQdrant::start().await;
    qdrant.have_empty_collection("mine");
    let router = Router::start(&[("QDRANT_GRPC_URL", &qdrant.url()), ("QDRANT_COLLECTION", "mine")]).await;
    qdrant.seeded().await;
    assert!(qdrant.calls("Create").is_empty());
    router.log("collection seeded").await;
}

/// A server that answers and refuses, and one that is too slow.
#[tokio::test]
async fn what_qdrant_says_is_in_its_span_alone() {
    let (otlp, qdrant) = (OtlpReceiver::start().await, FakeQdrant::start().await);
    let router = Router::start_traced(otlp.port(), &[("QDRANT_GRPC_URL", &qdrant.url())]).await;
    qdrant.seeded().await;
    for (index, code, name) in
        [(0, 8, "RESOURCE_EXHAUSTED"), (1, 13, "INTERNAL"), (2, 16, "UNAUTHENTICATED"), (3, 14, "UNAVAILABLE")]
    {
        qdrant.fail_with(Some((code, "refused: api_key=secret-of-the-message")));
        let id = TRACE.replace("4b", &format!("4{index}"));
        let request = router
            .post("/v1/completions", json!({ "prompt": "hi" }))
            .header("traceparent", format!("00-{id}-{PARENT}-01"));
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.expect("JSON")["context"], json!({ "status": "unavailable" }));
        let spans = otlp.whole_trace(&id).await;
        let query = named(&spans, "query router-context");
        assert_eq!(query.status, StatusCode::Error);
        assert_attributes(query, &[("error.type", name), ("db.response.status_code", name)]);
        assert_eq!(named(&spans, "POST /v1/completions").status, StatusCode::Unset);
    }
    qdrant.fail_with(None);
    let answer = router.post("/v1/completions", json!({ "prompt": "hi" })).send().await.expect("an answer");
    assert_eq!(answer.json::<Value>().await.expect("JSON")["context"]["status"], "found");
    router.log("Qdrant answers again").await;
    assert!(!format!("{:?} {:?}", otlp.spans(), router.logs()).contains("secret-of-the-message"));
}

#[tokio::test]
async fn without_qdrant_the_answer_comes_without_context() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    let request = router.post("/v1/chat/completions", json!({ "messages": [{ "role": "user", "content": "hi" }] }));
    let response = request.header("traceparent", traceparent()).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer["context"], json!({ "status": "unavailable" }));
    assert_eq!(answer["choices"][0]["message"]["content"], "hi");
    let spans = otlp.whole_trace(TRACE).await;
    let query = named(&spans, "query router-context");
    assert_eq!((query.status, query.attribute("error.type")), (StatusCode::Error, Some("UNAVAILABLE")));
    assert_eq!(named(&spans, "POST /v1/chat/completions").status, StatusCode::Unset);
    assert_eq!(named(&spans, "chat echo").status, StatusCode::Unset);
    let ready = router.client.get(format!("{}/ready", router.url)).send().await.expect("an answer");
    assert_eq!(ready.status(), 200);
    router.log("Qdrant does not answer").await;
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
        assert_attributes(server, &[("traceparent.malformed", "true")]);
    }
}

#[tokio::test]
async fn production_keeps_a_tenth_and_follows_the_caller() {
    let otlp = OtlpReceiver::start().await;
    let router =
        Router::start_traced(otlp.port(), &[("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=production")])
            .await;
    let said = router.log("tracing initialized").await;
    assert_eq!(
        (&said["preset"], &said["ratio"], &said["environment"]),
        (&json!("production"), &json!(0.1), &json!("production"))
    );
    let mut ids = Vec::new();
    for _ in 0..300 {
        let response = router.post("/v1/completions", json!({ "prompt": "hi" })).send().await.expect("an answer");
        ids.push(response.headers()["x-trace-id"].to_str().expect("text").to_owned());
    }
    let follow = async |flags: &str, id: &str| {
        let request = router
            .post("/v1/completions", json!({ "prompt": "hi" }))
            .header("traceparent", format!("00-{id}-{PARENT}-{flags}"));
        assert_eq!(request.send().await.expect("an answer").headers()["x-trace-id"], id);
    };
    let unsampled = TRACE.replace("4b", "5c");
    follow("00", &unsampled).await;
    follow("01", TRACE).await;
    let (code, _) = router.stop().await;
    assert_eq!(code, Some(0));
    let spans = otlp.spans();
    // What is kept follows from the ids alone.
    let expected: Vec<&String> = ids.iter().filter(|id| &id[18..] >= "e6666666666668").collect();
    for id in &expected {
        let of_trace: Vec<&ReceivedSpan> = spans.iter().filter(|span| &span.trace_id == *id).collect();
        assert!(
            !of_trace.is_empty() && of_trace.iter().all(|span| span.trace_state == "ot=th:e6666666666668"),
            "{id}: {of_trace:#?}"
        );
    }
    let kept = ids.iter().filter(|id| spans.iter().any(|span| &span.trace_id == *id)).count();
    assert_eq!(kept, expected.len());
    assert!(spans.iter().any(|span| span.trace_id == TRACE) && !spans.iter().any(|span| span.trace_id == unsampled));
}

#[tokio::test]
async fn probes_are_traced_only_within_a_trace() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[]).await;
    let get = |header: Option<String>| {
        let mut request = router.client.get(format!("{}/health", router.url));
        if let Some(header) = header {
            request = request.header("traceparent", header);
        }
        request.send()
    };
    let plain = get(None).await.expect("an answer");
    assert!(plain.status() == 200 && !plain.headers().contains_key("x-trace-id"));
    assert_eq!(get(Some(traceparent())).await.expect("an answer").status(), 200);
    let spans = otlp.whole_trace(TRACE).await;
    assert_eq!(named(&spans, "GET /health").parent_id, PARENT);
    router.stop().await;
    let servers = otlp.spans().into_iter().filter(|span| span.kind == SpanKind::Server).count();
    assert_eq!(servers, 1);
}

#[tokio::test]
async fn prompts_are_in_spans_only_when_asked_for() {
    let otlp = OtlpReceiver::start().await;
    let router =
        Router::start_traced(otlp.port(), &[("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")]).await;
    let body = json!({ "messages": [{ "role": "user", "content": "my password=hunter2 please" }], "stream": true });
    let response =
        router.post("/v1/chat/completions", body).header("traceparent", traceparent()).send().await.expect("an answer");
    response.text().await.expect("a stream");
    let spans = otlp.whole_trace(TRACE).await;
    let model = named(&spans, "chat echo");
    let messages = r#"[{"content":"my password=[REDACTED] please","role":"user"}]"#;
    assert_attributes(
        model,
        &[("gen_ai.input.messages", messages), ("gen_ai.output.messages", &messages.replace("user", "assistant"))],
    );
}

#[tokio::test]
async fn log_lines_carry_the_ids_of_their_span() {
    let otlp = OtlpReceiver::start().await;
    let router = Router::start_traced(otlp.port(), &[("OTEL_LOG_LEVEL", "debug")]).await;
    router
        .post("/v1/completions", json!({ "prompt": "hi" }))
        .header("traceparent", traceparent())
        .send()
        .await
        .expect("an answer");
    let spans = otlp.whole_trace(TRACE).await;
    let entry = router.log("answered").await;
    assert_eq!(entry["trace_id"], TRACE);
    assert_eq!(entry["span_id"], named(&spans, "POST /v1/completions").span_id.as_str());
}
