//! Which traces are kept.

use crate::support::{OtlpReceiver, PARENT, ReceivedSpan, Router, TRACE, named, traceparent_in};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::json;

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
        let response = router.ask(json!({ "prompt": "hi" })).await;
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
    assert_eq!(get(Some(traceparent_in(TRACE))).await.expect("an answer").status(), 200);
    let spans = otlp.whole_trace(TRACE).await;
    assert_eq!(named(&spans, "GET /health").parent_id, PARENT);
    router.stop().await;
    let servers = otlp.spans().into_iter().filter(|span| span.kind == SpanKind::Server).count();
    assert_eq!(servers, 1);
}
