//! Errors as OpenAI's API has them: `{"error": {"message", "type", "param", "code"}}`.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    pub status: StatusCode,
    /// For a program, and the span's `error.type`.
    pub code: &'static str,
    /// The field that is wrong.
    pub param: Option<String>,
    pub message: String,
    pub retry_after: Option<Duration>,
}

/// The response's `error.type`, for the server span.
#[derive(Debug, Clone, Copy)]
pub struct ErrorType(pub &'static str);

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, code, param: None, message: message.into(), retry_after: None }
    }

    /// 400 that names the field.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> ApiError {
        ApiError { param: Some(param.into()), ..ApiError::new(StatusCode::BAD_REQUEST, "invalid_value", message) }
    }

    pub fn retry_after(self, delay: Duration) -> ApiError {
        ApiError { retry_after: Some(delay), ..self }
    }

    /// Of OpenAI's types, the one for this status.
    fn kind(&self) -> &'static str {
        match self.status.as_u16() {
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        }
    }

    pub fn body(&self) -> Value {
        json!({ "error": { "message": self.message, "type": self.kind(), "param": self.param, "code": self.code } })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if let Some(delay) = self.retry_after {
            // Whole seconds, upwards: 0 would mean at once.
            let seconds = delay.as_millis().div_ceil(1000).max(1) as u64;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(ErrorType(self.code));
        response
    }
}
