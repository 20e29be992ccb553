//! `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`, and how an endpoint may be written.

use crate::support::{OtlpReceiver, PATIENCE, Router, TRACE, traceparent};
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

#[tokio::test]
async fn spans_go_by_http_with_the_headers_of_the_variable() {
    let (sender, mut received) = mpsc::unbounded_channel();
    let app = axum::Router::new().route(
        "/base/v1/traces",
        post(async move |headers: http::HeaderMap, body: Bytes| {
            let _ = sender.send((headers, body));
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}/base", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let router = Router::start(&[
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=one"),
    ])
    .await;
    router
        .post("/v1/completions", json!({ "prompt": "hi" }))
        .header("traceparent", traceparent())
        .send()
        .await
        .expect("an answer");
    let found = async {
        loop {
            let (headers, body) = received.recv().await.expect("the server runs");
            assert_eq!(
                (&headers["content-type"], &headers["x-tenant"]),
                (&"application/x-protobuf".parse().expect("text"), &"one".parse().expect("text"))
            );
            let request = ExportTraceServiceRequest::decode(body).expect("an export request");
            let spans =
                request.resource_spans.into_iter().flat_map(|group| group.scope_spans).flat_map(|scope| scope.spans);
            let ids: Vec<String> =
                spans.map(|span| span.trace_id.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
            if ids.iter().any(|id| id == TRACE) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("the spans come");
    let (code, _) = router.stop().await;
    assert_eq!(code, Some(0));
    server.abort();
}

#[tokio::test]
async fn an_endpoint_without_a_scheme_is_taken_with_insecure() {
    let otlp = OtlpReceiver::start().await;
    let endpoint = format!("127.0.0.1:{}", otlp.port());
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_EXPORTER_OTLP_INSECURE", "true")];
    let router = Router::start_traced(otlp.port(), &variables).await;
    router
        .post("/v1/completions", json!({ "prompt": "hi" }))
        .header("traceparent", traceparent())
        .send()
        .await
        .expect("an answer");
    otlp.whole_trace(TRACE).await;
}
