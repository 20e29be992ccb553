//! Why a provider did not answer, and what the caller is told.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;

use crate::api_error::ApiError;

#[derive(Debug, Clone, PartialEq)]
pub enum ProviderFailure {
    /// No connection, or one that broke.
    Unreachable(String),
    Timeout,
    /// Of the upstream, with its own message, masked, and what it says of coming again.
    Status {
        status: u16,
        message: String,
        retry_after: Option<Duration>,
    },
    /// An answer that is no completion.
    Malformed(String),
}

impl ProviderFailure {
    /// The span's `error.type`.
    pub fn error_type(&self) -> Cow<'static, str> {
        match self {
            ProviderFailure::Unreachable(_) => "connection_error".into(),
            ProviderFailure::Timeout => "timeout".into(),
            ProviderFailure::Status { status, .. } => status.to_string().into(),
            ProviderFailure::Malformed(_) => "malformed_response".into(),
        }
    }

    pub fn message(&self) -> String {
        match self {
            ProviderFailure::Unreachable(reason) => format!("cannot be reached: {reason}"),
            ProviderFailure::Timeout => "did not answer in time".to_owned(),
            ProviderFailure::Status { status, message, .. } => format!("answered {status}: {message}"),
            ProviderFailure::Malformed(reason) => format!("gave an answer that is no completion: {reason}"),
        }
    }

    /// Worth another attempt at the same provider.
    pub fn is_transient(&self) -> bool {
        match self {
            ProviderFailure::Unreachable(_) | ProviderFailure::Timeout => true,
            ProviderFailure::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 529),
            ProviderFailure::Malformed(_) => false,
        }
    }

    /// The request itself is wrong: another provider would say the same.
    pub fn is_the_callers_fault(&self) -> bool {
        matches!(self, ProviderFailure::Status { status: 400 | 413 | 415 | 422, .. })
    }

    /// What is told when no provider answered.
    pub fn into_api_error(self, provider: &str) -> ApiError {
        let message = format!("provider '{provider}' {}", self.message());
        match self {
            ProviderFailure::Timeout => ApiError::new(StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", message),
            ProviderFailure::Status { status: 429, retry_after, .. } => {
                ApiError::new(StatusCode::TOO_MANY_REQUESTS, "upstream_rate_limit", message)
                    .retry_after(retry_after.unwrap_or(Duration::from_secs(1)))
            }
            ProviderFailure::Status { status: 503 | 529, retry_after, .. } => {
                let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "upstream_unavailable", message);
                match retry_after {
                    Some(delay) => error.retry_after(delay),
                    None => error,
                }
            }
            failure if failure.is_the_callers_fault() => {
                ApiError::new(StatusCode::BAD_REQUEST, "upstream_refused", message)
            }
            _ => ApiError::new(StatusCode::BAD_GATEWAY, "upstream_error", message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_the_caller_is_told_and_what_is_tried_next() {
        let status = |status| ProviderFailure::Status {
            status,
            message: "no".to_owned(),
            retry_after: Some(Duration::from_millis(1500)),
        };
        for (failure, error_type, transient, told) in [
            (ProviderFailure::Unreachable("refused".to_owned()), "connection_error", true, 502),
            (ProviderFailure::Timeout, "timeout", true, 504),
            (ProviderFailure::Malformed("text".to_owned()), "malformed_response", false, 502),
            (status(400), "400", false, 400),
            (status(401), "401", false, 502),
            (status(404), "404", false, 502),
            (status(422), "422", false, 400),
            (status(429), "429", true, 429),
            (status(500), "500", true, 502),
            (status(503), "503", true, 503),
        ] {
            assert_eq!(failure.error_type(), error_type);
            assert_eq!(failure.is_transient(), transient, "{failure:?}");
            let error = failure.into_api_error("p");
            assert_eq!(error.status.as_u16(), told, "{error_type}");
            assert!(error.message.starts_with("provider 'p' "), "{}", error.message);
            assert_eq!(error.retry_after.is_some(), matches!(told, 429 | 503));
        }
    }
}
