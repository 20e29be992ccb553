//! An OpenAI-compatible upstream over HTTP: each attempt in a client span, whose context goes with it.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use reqwest::{Client, Response};
use serde_json::Value;
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use url::Url;

use super::config::ProviderConfig;
use super::events::EventReader;
use super::upstream_body::upstream_body;
use super::{Answer, ProviderFailure, ServedModel};
use crate::completion_request::{CompletionRequest, Operation};
use crate::context::Passage;
use crate::redaction::mask_text;
use crate::retry_after::retry_after;
use crate::trace_context::outgoing;

/// A completion is smaller.
const MAX_ANSWER_BYTES: usize = 16 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const FIRST_DELAY: Duration = Duration::from_millis(200);
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// An upstream that asks for more is left, for the next provider or the caller to wait.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(5);

pub struct OpenAiProvider {
    pub name: String,
    config: ProviderConfig,
    client: Client,
    address: String,
    port: u16,
}

impl OpenAiProvider {
    pub fn new(config: ProviderConfig) -> Result<OpenAiProvider, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(config.timeout))
            // The API key is for this host alone.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("llm-router/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(OpenAiProvider {
            name: config.name.clone(),
            address: config.base_url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: config.base_url.port_or_known_default().unwrap_or(443),
            config,
            client,
        })
    }

    pub fn model(&self, requested: &str) -> Option<ServedModel> {
        let exact = self.config.models.iter().find(|model| model.name == requested);
        let found = exact.or_else(|| self.config.models.iter().find(|model| model.name == "*"))?;
        Some(ServedModel {
            name: found.upstream.clone().unwrap_or_else(|| requested.to_owned()),
            configured: found.upstream.is_some() || found.name != "*",
        })
    }

    pub fn server(&self) -> (&str, u16) {
        (&self.address, self.port)
    }

    pub async fn complete(
        &self,
        request: &CompletionRequest,
        model: &str,
        passages: &[Passage],
    ) -> Result<Answer, ProviderFailure> {
        let url = endpoint(&self.config.base_url, request.operation);
        // Once for all attempts, and without the JSON behind it: prompts are long.
        let body = Bytes::from(Value::Object(upstream_body(request, model, passages)).to_string());
        let mut delay = FIRST_DELAY;
        for attempt in 0.. {
            let failure = match self.attempt(&url, &body, request.stream, attempt).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if attempt >= self.config.max_retries || !failure.is_transient() {
                return Err(failure);
            }
            let pause = match &failure {
                ProviderFailure::Status { retry_after: Some(asked), .. } if *asked > LONGEST_RETRY_AFTER => {
                    return Err(failure);
                }
                ProviderFailure::Status { retry_after: Some(asked), .. } => *asked,
                // Half of it by chance, so that callers that failed together do not come again together.
                _ => delay.mul_f64(0.5 + rand::random::<f64>() / 2.0),
            };
            tracing::debug!(provider = self.name, attempt, reason = failure.message(), "sent again after a pause");
            tokio::time::sleep(pause).await;
            delay = (delay * 2).min(LONGEST_DELAY);
        }
        unreachable!("the loop ends by returning")
    }

    /// HTTP conventions: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    async fn attempt(&self, url: &Url, body: &Bytes, stream: bool, attempt: u32) -> Result<Answer, ProviderFailure> {
        let span = tracing::info_span!(
            "http_client",
            otel.name = "POST",
            otel.kind = "client",
            otel.status_code = field::Empty,
            otel.status_description = field::Empty,
            http.request.method = "POST",
            http.request.resend_count = field::Empty,
            http.response.status_code = field::Empty,
            server.address = self.address,
            server.port = i64::from(self.port),
            url.full = url.as_str(),
            "error.type" = field::Empty,
        );
        if attempt > 0 {
            span.record("http.request.resend_count", i64::from(attempt));
        }
        let outcome = self.send(url, body, stream, &span).instrument(span.clone()).await;
        if let Err(failure) = &outcome {
            note_failure(&span, failure);
        }
        outcome
    }

    async fn send(&self, url: &Url, body: &Bytes, stream: bool, span: &Span) -> Result<Answer, ProviderFailure> {
        let json = HeaderValue::from_static("application/json");
        let mut request = self.client.post(url.clone()).header(CONTENT_TYPE, json).body(body.clone());
        if let Some(key) = &self.config.api_key {
            request = request.bearer_auth(key);
        }
        for (name, value) in outgoing(&span.context()) {
            request = request.header(name, value);
        }
        let response = match tokio::time::timeout(self.config.timeout, request.send()).await {
            Err(_) => return Err(ProviderFailure::Timeout),
            Ok(Err(error)) if error.is_timeout() => return Err(ProviderFailure::Timeout),
            Ok(Err(error)) => return Err(ProviderFailure::Unreachable(cause(&error))),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        span.record("http.response.status_code", i64::from(status.as_u16()));
        if !status.is_success() {
            let retry_after = retry_after(response.headers(), SystemTime::now());
            // What it says of itself is worth having, but not worth failing for.
            let bytes = self.whole_body(response).await.unwrap_or_default();
            return Err(ProviderFailure::Status {
                status: status.as_u16(),
                message: error_message(&bytes),
                retry_after,
            });
        }
        if stream {
            let events = is_event_stream(response.headers());
            return if events {
                Ok(self.chunks(response, span.clone()))
            } else {
                Err(ProviderFailure::Malformed("no event stream".to_owned()))
            };
        }
        let bytes = self.whole_body(response).await?;
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(completion) if completion["choices"].is_array() => Ok(Answer::Whole(completion)),
            Ok(_) => Err(ProviderFailure::Malformed("it has no list 'choices'".to_owned())),
            Err(error) => Err(ProviderFailure::Malformed(format!("no JSON ({error})"))),
        }
    }

    async fn whole_body(&self, response: Response) -> Result<Vec<u8>, ProviderFailure> {
        let mut stream = response.bytes_stream();
        let mut bytes = Vec::new();
        while let Some(part) = next_part(&mut stream, self.config.timeout).await? {
            bytes.extend_from_slice(&part);
            if bytes.len() > MAX_ANSWER_BYTES {
                return Err(ProviderFailure::Malformed(format!("it is larger than {MAX_ANSWER_BYTES} bytes")));
            }
        }
        Ok(bytes)
    }

    /// The span lives until the last chunk.
    fn chunks(&self, response: Response, span: Span) -> Answer {
        struct State<S> {
            stream: S,
            reader: EventReader,
            waiting: std::collections::VecDeque<String>,
            span: Span,
            ended: bool,
        }
        let timeout = self.config.timeout;
        let state = State {
            stream: response.bytes_stream(),
            reader: EventReader::default(),
            waiting: Default::default(),
            span,
            ended: false,
        };
        let chunks = futures_util::stream::unfold(state, move |mut state| async move {
            let fail = |mut state: State<_>, failure: ProviderFailure| {
                note_failure(&state.span, &failure);
                state.ended = true;
                Some((Err(failure), state))
            };
            while !state.ended {
                if let Some(data) = state.waiting.pop_front() {
                    if data == "[DONE]" {
                        return None;
                    }
                    return match serde_json::from_str::<Value>(&data) {
                        Ok(chunk) if chunk["error"].is_null() => Some((Ok(chunk), state)),
                        Ok(chunk) => {
                            fail(state, ProviderFailure::Malformed(error_message(chunk.to_string().as_bytes())))
                        }
                        Err(error) => {
                            fail(state, ProviderFailure::Malformed(format!("a chunk that is no JSON ({error})")))
                        }
                    };
                }
                match next_part(&mut state.stream, timeout).await {
                    Ok(Some(part)) => match state.reader.push(&part) {
                        Ok(data) => state.waiting.extend(data),
                        Err(_) => return fail(state, ProviderFailure::Malformed("a line without an end".to_owned())),
                    },
                    Ok(None) => {
                        return fail(state, ProviderFailure::Unreachable("the stream ended before [DONE]".to_owned()));
                    }
                    Err(failure) => return fail(state, failure),
                }
            }
            None
        });
        Answer::Stream(chunks.boxed())
    }
}

async fn next_part<S>(stream: &mut S, timeout: Duration) -> Result<Option<Bytes>, ProviderFailure>
where
    S: futures_util::Stream<Item = Result<Bytes, reqwest::Error>> + Unpin,
{
    match tokio::time::timeout(timeout, stream.next()).await {
        Err(_) => Err(ProviderFailure::Timeout),
        Ok(None) => Ok(None),
        Ok(Some(Ok(part))) => Ok(Some(part)),
        Ok(Some(Err(error))) => Err(ProviderFailure::Unreachable(cause(&error))),
    }
}

fn note_failure(span: &Span, failure: &ProviderFailure) {
    span.record("error.type", &*failure.error_type());
    span.record("otel.status_code", "ERROR");
    span.record("otel.status_description", failure.message().as_str());
}

fn endpoint(base: &Url, operation: Operation) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{}", base.path().trim_end_matches('/'), operation.path()));
    url
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.trim_start().starts_with("text/event-stream"))
}

/// An upstream's own words, short, without a secret.
fn error_message(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(value) => {
            value["error"]["message"].as_str().or(value["message"].as_str()).unwrap_or("no message").to_owned()
        }
        Err(_) => "no message".to_owned(),
    };
    let text: String = text.chars().take(300).collect();
    mask_text(&text).unwrap_or(text)
}

/// The innermost cause, which says what happened; the outer ones repeat the URL.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    mask_text(&text).unwrap_or(text)
}
