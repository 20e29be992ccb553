//! A completion as server-sent events: `data: {…}`, and `data: [DONE]` at the end of one that did not fail.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http::{HeaderValue, header};
use serde_json::Value;

use crate::api_error::ApiError;

/// `context` goes into the first and the last chunk; `include_usage` keeps the chunk that has token counts and no choice.
pub fn respond(chunks: BoxStream<'static, Result<Value, ApiError>>, context: Value, include_usage: bool) -> Response {
    enum State {
        First,
        Rest,
        Done,
    }
    let events =
        futures_util::stream::unfold((chunks, State::First, context), move |(mut chunks, state, context)| async move {
            if matches!(state, State::Done) {
                return None;
            }
            loop {
                return match chunks.next().await {
                    None => Some((Bytes::from_static(b"data: [DONE]\n\n"), (chunks, State::Done, context))),
                    Some(Err(error)) => Some((event(&error.body()), (chunks, State::Done, context))),
                    Some(Ok(mut chunk)) => {
                        let only_usage =
                            chunk["choices"].as_array().is_some_and(Vec::is_empty) && chunk["usage"].is_object();
                        if only_usage && !include_usage {
                            continue;
                        }
                        let ends = chunk["choices"]
                            .as_array()
                            .is_some_and(|choices| choices.iter().any(|choice| choice["finish_reason"].is_string()));
                        if let Value::Object(fields) = &mut chunk
                            && (matches!(state, State::First) || ends || only_usage)
                        {
                            fields.insert("context".to_owned(), context.clone());
                        }
                        Some((event(&chunk), (chunks, State::Rest, context)))
                    }
                };
            }
        });
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn event(value: &Value) -> Bytes {
    format!("data: {value}\n\n").into()
}
