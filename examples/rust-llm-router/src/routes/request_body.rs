//! A JSON body, within its limits of type, size and time.

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use std::time::Duration;

use crate::api_error::ApiError;

/// 415, 413, 408 or 400 where it is none.
pub async fn read_json(request: Request, max_bytes: usize, timeout: Duration) -> Result<Value, ApiError> {
    check_type(request.headers())?;
    let too_large = || {
        ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("the body is larger than {max_bytes} bytes"),
        )
    };
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > max_bytes as u64) {
        return Err(too_large());
    }
    let body: Body = request.into_body();
    let bytes = match tokio::time::timeout(timeout, Limited::new(body, max_bytes).collect()).await {
        Err(_) => {
            return Err(ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                "body_timeout",
                format!("the body did not arrive within {} ms", timeout.as_millis()),
            ));
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
        Ok(Err(_)) => return Err(ApiError::new(StatusCode::BAD_REQUEST, "body_incomplete", "the body broke off")),
        Ok(Ok(collected)) => collected.to_bytes(),
    };
    serde_json::from_slice(&bytes).map_err(|error| ApiError {
        code: "invalid_json",
        ..ApiError::invalid("body", format!("the body is no JSON: {error}"))
    })
}

fn check_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json")) {
        return Ok(());
    }
    let shown: String = media_type.chars().take(80).collect();
    Err(ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        format!("the content type is {shown:?}; it must be application/json"),
    ))
}
