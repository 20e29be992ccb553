//! What is served: completions, and whether they can be.

mod completions;
mod event_stream;
mod health;
mod request_body;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use http::StatusCode;

use crate::api_error::ApiError;
use crate::body_budget::BodyBudget;
use crate::context::ContextStore;
use crate::limits::Limits;
use crate::routing::Routing;
use crate::server_span::trace_request;
use crate::settings::Settings;

pub struct App {
    pub settings: Settings,
    pub limits: Limits,
    pub bodies: BodyBudget,
    pub routing: Routing,
    pub context: Arc<ContextStore>,
    pub stopping: AtomicBool,
}

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/completions", post(completions::text))
        .route("/v1/chat/completions", post(completions::chat))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .method_not_allowed_fallback(async || {
            ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this path takes another method: POST for completions, GET for /health and /ready",
            )
        })
        .fallback(async || {
            ApiError::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "there are /v1/completions, /v1/chat/completions, /health and /ready",
            )
        })
        .layer(from_fn_with_state(app.clone(), trace_request))
        .with_state(app)
}
