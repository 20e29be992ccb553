//! A JSON body, within its limits of type, size and time.

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use std::time::Duration;

use crate::api_error::ApiError;
use crate::body_budget::BodyShare;
use crate::json_size::{MAX_JSON_BYTES, parsed_bytes};

/// A client that is still sending when it is refused would lose the answer with the connection: so much more of its body
/// is read and thrown away, for so long.
const DRAIN_BYTES: usize = 4 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// 415, 413, 408 or 400 where it is none, 429 where `share` cannot grow with it.
pub async fn read_json(
    request: Request,
    max_bytes: usize,
    timeout: Duration,
    share: &mut BodyShare,
) -> Result<Value, ApiError> {
    let (head, mut body) = request.into_parts();
    let bytes = match checked_body(&head.headers, &mut body, max_bytes, timeout, share).await {
        Ok(bytes) => bytes,
        Err(error) => {
            // Before the rest is thrown away: others need it meanwhile.
            share.release();
            let waits_for_leave = head.headers.contains_key(header::EXPECT);
            if error.status != StatusCode::REQUEST_TIMEOUT && !waits_for_leave {
                let _ = tokio::time::timeout(DRAIN_TIME, drain(&mut body)).await;
            }
            return Err(error);
        }
    };
    let parsed = parsed_bytes(&bytes);
    if parsed > MAX_JSON_BYTES {
        return Err(too_large("the body has too many lists, objects and values".to_owned()));
    }
    share.grow(parsed)?;
    serde_json::from_slice(&bytes).map_err(|error| ApiError {
        code: "invalid_json",
        ..ApiError::invalid("body", format!("the body is no JSON: {error}"))
    })
}

async fn checked_body(
    headers: &HeaderMap,
    body: &mut Body,
    max_bytes: usize,
    timeout: Duration,
    share: &mut BodyShare,
) -> Result<Vec<u8>, ApiError> {
    check_type(headers)?;
    let too_large = || too_large(format!("the body is larger than {max_bytes} bytes"));
    if body.size_hint().lower() > max_bytes as u64 {
        return Err(too_large());
    }
    let read = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                return Err(ApiError::new(StatusCode::BAD_REQUEST, "body_incomplete", "the body broke off"));
            };
            // Trailers are no part of it.
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > max_bytes {
                return Err(too_large());
            }
            share.grow(data.len())?;
            bytes.extend_from_slice(&data);
        }
        Ok(bytes)
    };
    tokio::time::timeout(timeout, read).await.unwrap_or_else(|_| {
        Err(ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_timeout",
            format!("the body did not arrive within {} ms", timeout.as_millis()),
        ))
    })
}

fn too_large(message: String) -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
}

async fn drain(body: &mut Body) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > DRAIN_BYTES {
            return;
        }
    }
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
