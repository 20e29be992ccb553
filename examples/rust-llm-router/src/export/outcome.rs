//! What an answer of the OTLP endpoint means for a batch.
//! https://opentelemetry.io/docs/specs/otlp/#failures and #failures-1, for gRPC and HTTP.

use std::error::Error;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::retry_after::retry_after;

/// Characters of an error's text that are worth a log line.
const MAX_REASON: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Delivered, but for `rejected` spans. `message`: why, or a warning; mostly empty.
    Taken { rejected: usize, message: String },
    /// To be sent again, at the earliest after what the endpoint asks for.
    Later { reason: String, after: Option<Duration> },
    /// Sent again it would be refused again.
    Refused { reason: String },
}

impl Outcome {
    pub fn of_grpc(answer: Result<ExportTraceServiceResponse, Status>) -> Outcome {
        let status = match answer {
            Ok(response) => return Outcome::of_response(response),
            Err(status) => status,
        };
        let cause = status.source().map(innermost);
        let reason = short(&format!("gRPC {:?}: {}", status.code(), cause.as_deref().unwrap_or(status.message())));
        let asked = status.get_details_retry_info().map(|info| info.retry_delay.unwrap_or_default());
        let later = match status.code() {
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss => true,
            Code::ResourceExhausted if asked.is_some() => true,
            // The client's own word for a connection that broke, or that was told to calm down (HTTP/2's ENHANCE_YOUR_CALM,
            // for the client RESOURCE_EXHAUSTED): no service has answered.
            _ => cause.is_some(),
        };
        if later { Outcome::Later { reason, after: asked } } else { Outcome::Refused { reason } }
    }

    pub fn of_http(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Outcome {
        if status.is_success() {
            let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            if media_type.is_some_and(|text| text.to_ascii_lowercase().starts_with("text/html")) {
                return Outcome::Refused {
                    reason: format!("HTTP {} with a web page: no OTLP receiver is there", status.as_u16()),
                };
            }
            return Outcome::of_response(ExportTraceServiceResponse::decode(body).unwrap_or_default());
        }
        let reason = short(&format!("HTTP {} {}", status.as_u16(), printable(body)));
        match status.as_u16() {
            429 | 502 | 503 | 504 => Outcome::Later { reason, after: retry_after(headers, SystemTime::now()) },
            _ => Outcome::Refused { reason },
        }
    }

    /// Nobody has answered.
    pub fn unreachable(reason: &str) -> Outcome {
        Outcome::Later { reason: short(reason), after: None }
    }

    fn of_response(response: ExportTraceServiceResponse) -> Outcome {
        let partial = response.partial_success.unwrap_or_default();
        let rejected = usize::try_from(partial.rejected_spans).unwrap_or(0);
        Outcome::Taken { rejected, message: short(&partial.error_message) }
    }
}

/// The cause that says what happened; the outer ones repeat the URL.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn short(text: &str) -> String {
    text.trim().chars().take(MAX_REASON).collect()
}

/// An answer's text, where it is one: a protobuf body is none.
fn printable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * MAX_REASON)]);
    let odd = |c: char| c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
    if text.contains(odd) { String::new() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;
    use std::sync::Arc;
    use tonic_types::ErrorDetails;

    fn partly(rejected: i64, message: &str) -> ExportTraceServiceResponse {
        let partial = ExportTracePartialSuccess { rejected_spans: rejected, error_message: message.to_owned() };
        ExportTraceServiceResponse { partial_success: Some(partial) }
    }

    #[test]
    fn grpc_codes_are_retried_as_the_specification_says() {
        let retried = [
            Code::Cancelled,
            Code::DeadlineExceeded,
            Code::Aborted,
            Code::OutOfRange,
            Code::Unavailable,
            Code::DataLoss,
        ];
        for number in 1..=16 {
            let code = Code::from(number);
            let outcome = Outcome::of_grpc(Err(Status::new(code, "no")));
            assert_eq!(matches!(outcome, Outcome::Later { .. }), retried.contains(&code), "{code:?}: {outcome:?}");
        }
        let wait = Duration::from_secs(7);
        let details = ErrorDetails::with_retry_info(Some(wait));
        let busy = Status::with_error_details(Code::ResourceExhausted, "busy", details.clone());
        assert!(matches!(Outcome::of_grpc(Err(busy)), Outcome::Later { after: Some(after), .. } if after == wait));
        let broken = Status::with_error_details(Code::Internal, "broken", details);
        assert!(matches!(Outcome::of_grpc(Err(broken)), Outcome::Refused { .. }));
        let mut calmed = Status::new(Code::ResourceExhausted, "h2 protocol error");
        calmed.set_source(Arc::new(std::io::Error::other("detected excessive load generating behavior")));
        assert!(matches!(Outcome::of_grpc(Err(calmed)), Outcome::Later { after: None, .. }));
        let cut = Status::from_error(Box::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
        assert!(matches!(Outcome::of_grpc(Err(cut)), Outcome::Later { .. }));
    }

    #[test]
    fn http_statuses_are_retried_as_the_specification_says() {
        for status in [301, 400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 500, 501, 502, 503, 504] {
            let outcome = Outcome::of_http(StatusCode::from_u16(status).expect("a status"), &HeaderMap::new(), b"no");
            assert_eq!(
                matches!(&outcome, Outcome::Later { reason, after: None } if *reason == format!("HTTP {status} no")),
                matches!(status, 429 | 502 | 503 | 504),
                "{outcome:?}"
            );
        }
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, "7".parse().expect("text"))]);
        let outcome = Outcome::of_http(StatusCode::SERVICE_UNAVAILABLE, &headers, &[8, 14, 255]);
        assert_eq!(outcome, Outcome::Later { reason: "HTTP 503".to_owned(), after: Some(Duration::from_secs(7)) });
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, "text/html; charset=utf-8".parse().expect("text"))]);
        assert!(matches!(Outcome::of_http(StatusCode::OK, &headers, b"<p>Sign in"), Outcome::Refused { .. }));
    }

    #[test]
    fn what_is_rejected_of_a_batch_that_was_taken_is_told() {
        for (response, rejected, message) in [
            (ExportTraceServiceResponse::default(), 0, ""),
            (partly(3, "too old"), 3, "too old"),
            (partly(0, "slow down"), 0, "slow down"),
            (partly(-1, ""), 0, ""),
        ] {
            let expected = Outcome::Taken { rejected, message: message.to_owned() };
            let encoded = response.encode_to_vec();
            assert_eq!(Outcome::of_http(StatusCode::OK, &HeaderMap::new(), &encoded), expected);
            assert_eq!(Outcome::of_grpc(Ok(response)), expected);
        }
        assert_eq!(
            Outcome::of_http(StatusCode::OK, &HeaderMap::new(), b"ok"),
            Outcome::Taken { rejected: 0, message: String::new() }
        );
    }
}
