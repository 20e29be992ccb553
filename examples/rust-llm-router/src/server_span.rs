//! The server span of a request, from its head to the last byte of its answer, and the limits within it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use opentelemetry::trace::TraceContextExt;
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::api_error::ErrorType;
use crate::body_budget::BodyShare;
use crate::routes::App;
use crate::spanned_body::{CutOff, SpannedBody};
use crate::trace_context::{Caller, read_caller, tidy_tracestate};

/// Probes: traced only below a trace that someone else has begun, and not limited.
const PROBES: [&str; 2] = ["/health", "/ready"];

pub async fn trace_request(
    State(app): State<Arc<App>>,
    Extension(client): Extension<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    tidy_tracestate(request.headers_mut());
    let caller = read_caller(request.headers());
    let probe = PROBES.contains(&request.uri().path());
    if probe && !matches!(caller, Caller::Parent(_)) {
        return next.run(request).await;
    }
    // Its answer ends with the head.
    let only_head = request.method() == Method::HEAD;
    let span = start(&request, client, caller);
    let mut watched = CutOff { span: span.clone(), ended: false };
    let context = span.context();
    let ids = context.span().span_context().clone();
    let (permit, mut response) = if probe {
        (None, next.run(request).instrument(span.clone()).await)
    } else {
        match app.limits.admit(client.ip()) {
            Ok(permit) => (Some(permit), next.run(request).instrument(span.clone()).await),
            Err(error) => (None, error.into_response()),
        }
    };
    finish(&span, &response);
    watched.ended = true;
    if ids.is_valid()
        && let Ok(id) = HeaderValue::from_str(&ids.trace_id().to_string())
    {
        response.headers_mut().insert("x-trace-id", id);
    }
    let share = response.extensions_mut().remove::<Arc<BodyShare>>();
    response.map(|body| {
        let watched = CutOff { span, ended: only_head || body.is_end_stream() };
        Body::new(SpannedBody::new(body, watched, permit, share))
    })
}

/// HTTP conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
fn start(request: &Request, client: SocketAddr, caller: Caller) -> Span {
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    // The conventions' name for a method that is not known.
    let shown = if method == "_OTHER" { "HTTP" } else { method };
    let name = route.map_or_else(|| shown.to_owned(), |route| format!("{shown} {route}"));
    let span = tracing::info_span!(
        "http_server",
        otel.name = name,
        otel.kind = "server",
        otel.status_code = field::Empty,
        otel.status_description = field::Empty,
        http.request.method = method,
        http.response.status_code = field::Empty,
        url.scheme = "http",
        url.path = request.uri().path(),
        client.address = %client.ip(),
        network.peer.address = %client.ip(),
        network.peer.port = i64::from(client.port()),
        network.protocol.version = if request.version() == http::Version::HTTP_10 { "1.0" } else { "1.1" },
        "error.type" = field::Empty,
    );
    match caller {
        Caller::Parent(parent) => {
            // Fails only for a span that has begun, and this one has not.
            let _ = span.set_parent(parent);
        }
        Caller::Malformed => span.set_attribute("traceparent.malformed", true),
        Caller::None => {}
    }
    if method == "_OTHER" {
        span.set_attribute(
            "http.request.method_original",
            request.method().as_str().chars().take(32).collect::<String>(),
        );
    }
    if let Some(route) = route {
        span.set_attribute("http.route", route.to_owned());
    }
    if let Some(query) = request.uri().query() {
        span.set_attribute("url.query", query.to_owned());
    }
    if let Some(agent) = text(request.headers(), header::USER_AGENT) {
        span.set_attribute("user_agent.original", agent.to_owned());
    }
    if let Some(host) = text(request.headers(), header::HOST).and_then(|host| host.parse::<http::uri::Authority>().ok())
    {
        span.set_attribute("server.address", host.host().trim_matches(['[', ']']).to_owned());
        if let Some(port) = host.port_u16() {
            span.set_attribute("server.port", i64::from(port));
        }
    }
    span
}

/// A server span's status is an error only where the server is at fault.
fn finish(span: &Span, response: &Response) {
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_client_error() || status.is_server_error() {
        let named = response.extensions().get::<ErrorType>().map(|ErrorType(name)| *name);
        span.record("error.type", named.unwrap_or(status.as_str()));
    }
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    span.in_scope(|| {
        if status == StatusCode::OK {
            tracing::debug!(status = status.as_u16(), "answered");
        } else {
            tracing::info!(status = status.as_u16(), "answered");
        }
    });
}

fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "_OTHER",
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
