//! `POST /v1/completions` and `POST /v1/chat/completions`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::request_body::read_json;
use super::{App, event_stream};
use crate::api_error::ApiError;
use crate::completion_request::{CompletionRequest, Operation};
use crate::routing::Routed;

pub async fn text(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    complete(&app, Operation::Text, request).await
}

pub async fn chat(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    complete(&app, Operation::Chat, request).await
}

async fn complete(app: &App, operation: Operation, request: Request) -> Result<Response, ApiError> {
    let mut share = app.bodies.share();
    let body = read_json(request, app.settings.max_body_bytes, app.settings.body_timeout, &mut share).await?;
    let request = CompletionRequest::parse(operation, body, &app.settings.default_model)?;
    app.routing.check_model(&request.model)?;
    let context = app.context.find(&request.question).await;
    let mut response = match app.routing.complete(&request, context.passages()).await? {
        Routed::Whole(mut completion) => {
            if let Value::Object(fields) = &mut completion {
                fields.insert("context".to_owned(), context.to_json());
            }
            Json(completion).into_response()
        }
        Routed::Stream(chunks) => event_stream::respond(chunks, context.to_json(), request.include_usage),
    };
    // `echo` answers with what it was sent.
    response.extensions_mut().insert(Arc::new(share));
    Ok(response)
}
