//! `/health`: the process lives. `/ready`: it takes requests.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::App;

pub async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Without Qdrant it works, only without context; 503 is for a router that ends.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.stopping.load(Ordering::Relaxed) {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({ "status": "unavailable", "reason": "the router is stopping" })),
        )
            .into_response();
    }
    let qdrant = if app.context.is_available() { "available" } else { "unavailable" };
    Json(json!({ "status": "ready", "qdrant": qdrant, "providers": app.routing.provider_names() })).into_response()
}
