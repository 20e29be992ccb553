//! One call of Qdrant in a span of its own, whose context goes with the call as gRPC metadata.

use std::future::Future;
use std::time::Duration;

use qdrant_client::{Qdrant, QdrantError};
use tonic::{Code, Status};
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::redaction::mask_text;
use crate::trace_context::outgoing;

#[derive(Debug, Clone)]
pub struct CallFailure {
    /// gRPC code in capitals, or what the client found before a call could be made.
    pub error_type: &'static str,
    pub message: String,
}

/// What a span says about where it goes.
pub struct Target<'a> {
    pub operation: &'static str,
    pub collection: &'a str,
    pub address: &'a str,
    pub port: u16,
}

/// Database conventions: https://opentelemetry.io/docs/specs/semconv/database/database-spans/
/// `rows` counts what came back, where the call returns points.
pub async fn call<T, F>(
    client: &Qdrant,
    target: Target<'_>,
    timeout: Duration,
    request: impl FnOnce(Qdrant) -> F,
    rows: impl FnOnce(&T) -> Option<usize>,
) -> Result<T, CallFailure>
where
    F: Future<Output = Result<T, QdrantError>>,
{
    let span = tracing::info_span!(
        "qdrant",
        otel.name = format!("{} {}", target.operation, target.collection),
        otel.kind = "client",
        otel.status_code = field::Empty,
        otel.status_description = field::Empty,
        db.system.name = "qdrant",
        db.operation.name = target.operation,
        db.collection.name = target.collection,
        server.address = target.address,
        server.port = i64::from(target.port),
        db.response.returned_rows = field::Empty,
        db.response.status_code = field::Empty,
        "error.type" = field::Empty,
    );
    let traced = outgoing(&span.context())
        .into_iter()
        .fold(client.clone(), |client, (name, value)| client.with_header(name, value));
    let outcome = tokio::time::timeout(timeout, request(traced)).instrument(span.clone()).await;
    let failure = match outcome {
        Ok(Ok(answer)) => {
            if let Some(rows) = rows(&answer) {
                span.record("db.response.returned_rows", rows as i64);
            }
            return Ok(answer);
        }
        Ok(Err(error)) => failure(error, &span),
        Err(_) => {
            CallFailure { error_type: "timeout", message: format!("no answer within {} ms", timeout.as_millis()) }
        }
    };
    span.record("error.type", failure.error_type);
    span.record("otel.status_code", "ERROR");
    span.record("otel.status_description", failure.message.as_str());
    Err(failure)
}

fn failure(error: QdrantError, span: &Span) -> CallFailure {
    let status = match error {
        QdrantError::ResponseError { status } | QdrantError::ResourceExhaustedError { status, .. } => status,
        other => return CallFailure { error_type: "client_error", message: masked(&other.to_string()) },
    };
    if is_connect_failure(&status) {
        return CallFailure { error_type: "UNAVAILABLE", message: masked(status.message()) };
    }
    let name = code_name(status.code());
    span.record("db.response.status_code", name);
    CallFailure { error_type: name, message: masked(status.message()) }
}

/// The client reports one as an INTERNAL of its own making: no server said so.
fn is_connect_failure(status: &Status) -> bool {
    status.code() == Code::Internal && status.message().starts_with("Failed to connect")
}

fn masked(message: &str) -> String {
    let message: String = message.chars().take(300).collect();
    mask_text(&message).unwrap_or(message)
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
