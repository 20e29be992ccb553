//! `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`, and how an endpoint may be written.

use crate::support::{OtlpReceiver, PATIENCE, ReceivedSpan, Router, TRACE, spans_of};
use axum::body::Bytes;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

struct HttpReceiver {
    endpoint: String,
    received: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
}

impl HttpReceiver {
    /// Serves until the test ends.
    async fn start(status: StatusCode) -> HttpReceiver {
        let (sender, received) = mpsc::unbounded_channel();
        let answer = async move |headers: HeaderMap, body: Bytes| {
            let _ = sender.send((headers, body));
            status
        };
        let app = axum::Router::new().route("/base/v1/traces", post(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}/base", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        HttpReceiver { endpoint, received }
    }

    async fn router(&self) -> Router {
        Router::start(&[
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &self.endpoint),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=one%20two"),
        ])
        .await
    }

    /// The next batch that has a span of the tests' trace.
    async fn batch(&mut self) -> Vec<ReceivedSpan> {
        let found = async {
            loop {
                let (headers, body) = self.received.recv().await.expect("the server runs");
                assert_eq!(
                    (&headers["content-type"], &headers["x-tenant"]),
                    (&text("application/x-protobuf"), &text("one two"))
                );
                let spans = spans_of(ExportTraceServiceRequest::decode(body).expect("an export request"));
                if spans.iter().any(|span| span.trace_id == TRACE) {
                    return spans;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the spans come")
    }
}

fn text(value: &str) -> http::HeaderValue {
    value.parse().expect("a header value")
}

#[tokio::test]
async fn spans_go_by_http_with_the_headers_of_the_variable() {
    let mut receiver = HttpReceiver::start(StatusCode::OK).await;
    let router = receiver.router().await;
    router.ask_traced(json!({ "prompt": "hi" })).await;
    let spans = receiver.batch().await;
    assert_eq!(spans[0].resource["service.name"], "llm-router");
    let (code, logs) = router.stop().await;
    assert_eq!((code, &logs.last().expect("a last line")["msg"]), (Some(0), &json!("spans flushed")));
}

#[tokio::test]
async fn what_is_refused_by_http_is_not_sent_again() {
    let mut receiver = HttpReceiver::start(StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    let router = receiver.router().await;
    router.ask_traced(json!({ "prompt": "hi" })).await;
    let refused = receiver.batch().await;
    assert_eq!(router.log("spans are lost").await["reason"], "HTTP 415");
    let (code, logs) = router.stop().await;
    let end = logs.last().expect("a last line");
    assert_eq!((code, &end["delivered"]), (Some(0), &json!(0)), "{end}");
    while let Ok((_, body)) = receiver.received.try_recv() {
        let later = spans_of(ExportTraceServiceRequest::decode(body).expect("an export request"));
        assert!(later.iter().all(|span| refused.iter().all(|other| other.span_id != span.span_id)), "sent again");
    }
}

#[tokio::test]
async fn an_endpoint_without_a_scheme_is_taken_with_insecure() {
    let otlp = OtlpReceiver::start().await;
    let endpoint = format!("127.0.0.1:{}", otlp.port());
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_EXPORTER_OTLP_INSECURE", "true")];
    let router = Router::start_traced(otlp.port(), &variables).await;
    router.ask_traced(json!({ "prompt": "hi" })).await;
    otlp.whole_trace(TRACE).await;
}

#[tokio::test]
async fn what_an_endpoint_holds_of_secrets_is_not_logged() {
    let endpoint = "http://127.0.0.1:1/v1/traces?api_key=hunter2";
    for protocol in ["grpc", "http/protobuf"] {
        let variables = [
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ];
        let router = Router::start(&variables).await;
        router.ask_traced(json!({ "prompt": "hi" })).await;
        router.log("the OTLP endpoint takes no spans").await;
        let said = router.log("tracing initialized").await;
        assert!(said["endpoint"].as_str().is_some_and(|text| text.starts_with("http://127.0.0.1:1/v1/traces?")));
        assert!(router.logs().iter().all(|entry| !entry.to_string().contains("hunter2")), "{:#?}", router.logs());
    }
}
