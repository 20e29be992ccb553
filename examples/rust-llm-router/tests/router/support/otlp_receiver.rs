//! An OTLP backend that keeps what it is sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use prost::Message;
use tokio::sync::watch;

use super::PATIENCE;
use super::grpc_server::GrpcServer;

/// A span as a test wants to compare it.
#[derive(Debug, Clone)]
pub struct ReceivedSpan {
    pub name: String,
    pub trace_id: String,
    pub span_id: String,
    pub parent_id: String,
    pub trace_state: String,
    pub kind: SpanKind,
    pub status: StatusCode,
    pub attributes: HashMap<String, String>,
    pub resource: HashMap<String, String>,
}

impl ReceivedSpan {
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str)
    }

    pub fn assert_attributes(&self, expected: &[(&str, &str)]) {
        for (key, value) in expected {
            assert_eq!(self.attribute(key), Some(*value), "{key} of {}: {:#?}", self.name, self.attributes);
        }
    }

    /// What travels on from it.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-01", self.trace_id, self.span_id)
    }
}

/// The one span of this name.
pub fn named<'a>(spans: &'a [ReceivedSpan], name: &str) -> &'a ReceivedSpan {
    let found: Vec<&ReceivedSpan> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "spans named {name} in {spans:#?}");
    found[0]
}

pub struct OtlpReceiver {
    server: GrpcServer,
    spans: watch::Sender<Vec<ReceivedSpan>>,
    refused: watch::Sender<Vec<ReceivedSpan>>,
    manner: Arc<Mutex<Manner>>,
}

/// How it takes what comes.
#[derive(Clone, Copy, PartialEq)]
pub enum Manner {
    Takes,
    /// With this gRPC status.
    Refuses(u32),
    /// Takes all but so many of each batch.
    Rejects(i64),
}

impl OtlpReceiver {
    pub async fn start() -> OtlpReceiver {
        OtlpReceiver::start_on(0).await
    }

    pub async fn start_on(port: u16) -> OtlpReceiver {
        let spans = watch::Sender::new(Vec::new());
        let refused = watch::Sender::new(Vec::new());
        let manner = Arc::new(Mutex::new(Manner::Takes));
        let (taken, left, in_force) = (spans.clone(), refused.clone(), manner.clone());
        let server = GrpcServer::start(port, move |call| {
            let (taken, left, manner) = (taken.clone(), left.clone(), *in_force.lock().expect("not poisoned"));
            async move {
                assert_eq!(call.path, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
                let request = ExportTraceServiceRequest::decode(call.message).expect("an export request");
                let kept = if matches!(manner, Manner::Refuses(_)) { left } else { taken };
                kept.send_modify(|kept| kept.extend(spans_of(request)));
                if let Manner::Refuses(status) = manner {
                    return Err((status, "not so".to_owned()));
                }
                let partial_success = match manner {
                    Manner::Rejects(rejected_spans) => {
                        Some(ExportTracePartialSuccess { rejected_spans, error_message: "too old".to_owned() })
                    }
                    _ => None,
                };
                Ok(ExportTraceServiceResponse { partial_success }.encode_to_vec())
            }
        })
        .await;
        OtlpReceiver { server, spans, refused, manner }
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().expect("not poisoned") = manner;
    }

    pub fn port(&self) -> u16 {
        self.server.address.port()
    }

    pub fn spans(&self) -> Vec<ReceivedSpan> {
        self.spans.borrow().clone()
    }

    /// All that was refused, as soon as a server span is among it.
    pub async fn refused(&self) -> Vec<ReceivedSpan> {
        let mut receiver = self.refused.subscribe();
        let there = receiver.wait_for(|all| all.iter().any(|span| span.kind == SpanKind::Server));
        assert!(matches!(tokio::time::timeout(PATIENCE, there).await, Ok(Ok(_))), "nothing was refused");
        self.refused.borrow().clone()
    }

    /// Spans of one trace, as soon as `enough` says so.
    pub async fn trace(&self, trace_id: &str, enough: impl Fn(&[ReceivedSpan]) -> bool) -> Vec<ReceivedSpan> {
        let of_trace = |all: &[ReceivedSpan]| -> Vec<ReceivedSpan> {
            all.iter().filter(|span| span.trace_id == trace_id).cloned().collect()
        };
        let mut receiver = self.spans.subscribe();
        let waited = tokio::time::timeout(PATIENCE, receiver.wait_for(|all| enough(&of_trace(all)))).await;
        let found = of_trace(&self.spans());
        assert!(matches!(waited, Ok(Ok(_))), "still not enough in {trace_id}: {found:#?}");
        found
    }

    /// The spans of a trace when its server span has come: the last to end.
    pub async fn whole_trace(&self, trace_id: &str) -> Vec<ReceivedSpan> {
        self.trace(trace_id, |spans| spans.iter().any(|span| span.kind == SpanKind::Server)).await
    }
}

pub fn spans_of(request: ExportTraceServiceRequest) -> Vec<ReceivedSpan> {
    let mut received = Vec::new();
    for group in request.resource_spans {
        let resource = attributes(group.resource.map(|resource| resource.attributes).unwrap_or_default());
        for span in group.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            received.push(received_span(span, resource.clone()));
        }
    }
    received
}

fn received_span(span: Span, resource: HashMap<String, String>) -> ReceivedSpan {
    let status = span.status.clone().unwrap_or_default();
    ReceivedSpan {
        kind: span.kind(),
        name: span.name,
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_id: hex(&span.parent_span_id),
        trace_state: span.trace_state,
        status: status.code(),
        attributes: attributes(span.attributes),
        resource,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attributes(list: Vec<KeyValue>) -> HashMap<String, String> {
    list.into_iter().map(|pair| (pair.key, pair.value.map(text).unwrap_or_default())).collect()
}

fn text(value: AnyValue) -> String {
    match value.value {
        None => String::new(),
        Some(Value::StringValue(text)) => text,
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::ArrayValue(list)) => list.values.into_iter().map(text).collect::<Vec<_>>().join(","),
        Some(other) => format!("{other:?}"),
    }
}
