//! Which provider answers: the first that serves the model, then the next; each in a span of its own.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http::StatusCode;
use opentelemetry::{Array, StringValue, Value as Attribute};
use serde_json::Value;
use tracing::{Instrument, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::api_error::ApiError;
use crate::completion_request::CompletionRequest;
use crate::context::Passage;
use crate::gen_ai_answer::GenAiAnswer;
use crate::providers::{Answer, Provider, ProviderFailure, ServedModel};

pub struct Routing {
    providers: Vec<Provider>,
    /// Until a whole answer, or the first part of a stream.
    timeout: Duration,
    capture_content: bool,
}

pub enum Routed {
    Whole(Value),
    Stream(BoxStream<'static, Result<Value, ApiError>>),
}

impl Routing {
    pub fn new(providers: Vec<Provider>, timeout: Duration, capture_content: bool) -> Routing {
        Routing { providers, timeout, capture_content }
    }

    pub fn provider_names(&self) -> Vec<&str> {
        self.providers.iter().map(Provider::name).collect()
    }

    /// Whether anyone serves the model; said before anything else is done for the request.
    pub fn check_model(&self, model: &str) -> Result<(), ApiError> {
        if self.providers.iter().any(|provider| provider.model(model).is_some()) {
            return Ok(());
        }
        let message =
            format!("no provider serves the model {model:?}; 'echo' is built in, others are in ROUTER_PROVIDERS");
        Err(ApiError { code: "model_not_found", ..ApiError::invalid("model", message) })
    }

    pub async fn complete(&self, request: &CompletionRequest, passages: &[Passage]) -> Result<Routed, ApiError> {
        match tokio::time::timeout(self.timeout, self.first_that_answers(request, passages)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(ApiError::new(
                StatusCode::GATEWAY_TIMEOUT,
                "timeout",
                format!("no provider answered within {} ms", self.timeout.as_millis()),
            )),
        }
    }

    async fn first_that_answers(&self, request: &CompletionRequest, passages: &[Passage]) -> Result<Routed, ApiError> {
        let mut last = None;
        for provider in &self.providers {
            let Some(model) = provider.model(&request.model) else { continue };
            match self.ask(provider, request, &model, passages).await {
                Ok(routed) => return Ok(routed),
                Err(failure) if failure.is_the_callers_fault() => return Err(failure.into_api_error(provider.name())),
                Err(failure) => {
                    tracing::warn!(
                        provider = provider.name(),
                        model = model.name,
                        reason = failure.message(),
                        "a provider failed"
                    );
                    last = Some(failure.into_api_error(provider.name()));
                }
            }
        }
        Err(last.unwrap_or_else(|| {
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_provider", "no provider serves this model")
        }))
    }

    async fn ask(
        &self,
        provider: &Provider,
        request: &CompletionRequest,
        model: &ServedModel,
        passages: &[Passage],
    ) -> Result<Routed, ProviderFailure> {
        // Dropped without an end, by a caller who went or a time-out: the span says so.
        let mut watched = Unfinished { span: self.span(provider, request, model), finished: false };
        let span = watched.span.clone();
        let answer = match provider.complete(request, &model.name, passages).instrument(span.clone()).await {
            Ok(answer) => answer,
            Err(failure) => {
                note_failure(&span, &failure);
                watched.finish();
                return Err(failure);
            }
        };
        let mut seen = GenAiAnswer::new(self.capture_content);
        match answer {
            Answer::Whole(completion) => {
                seen.see(&completion);
                seen.record(&span);
                watched.finish();
                Ok(Routed::Whole(completion))
            }
            Answer::Stream(mut chunks) => {
                // The first one is awaited here, while another provider can still take its place.
                let first = match chunks.next().instrument(span.clone()).await {
                    Some(Err(failure)) => {
                        note_failure(&span, &failure);
                        watched.finish();
                        return Err(failure);
                    }
                    first => first,
                };
                let provider = provider.name().to_owned();
                let rest = futures_util::stream::iter(first).chain(chunks);
                let noted = futures_util::stream::unfold(
                    (rest.boxed(), seen, watched),
                    move |(mut chunks, mut seen, mut watched)| {
                        let provider = provider.clone();
                        async move {
                            let span = watched.span.clone();
                            match chunks.next().instrument(span.clone()).await {
                                None => {
                                    if !watched.finished {
                                        seen.record(&span);
                                        watched.finish();
                                    }
                                    None
                                }
                                Some(Ok(chunk)) => {
                                    seen.see(&chunk);
                                    Some((Ok(chunk), (chunks, seen, watched)))
                                }
                                Some(Err(failure)) => {
                                    note_failure(&span, &failure);
                                    seen.record(&span);
                                    watched.finish();
                                    Some((
                                        Err(failure.into_api_error(&provider)),
                                        (futures_util::stream::empty().boxed(), seen, watched),
                                    ))
                                }
                            }
                        }
                    },
                );
                Ok(Routed::Stream(noted.boxed()))
            }
        }
    }

    /// Generative AI conventions: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
    fn span(&self, provider: &Provider, request: &CompletionRequest, model: &ServedModel) -> Span {
        let operation = request.operation.name();
        // Names are few (specification, "Span"): a model that only the caller knows is in the attribute alone.
        let name = if model.configured { format!("{operation} {}", model.name) } else { operation.to_owned() };
        let span = tracing::info_span!(
            "gen_ai",
            otel.name = name,
            // A model within this process is an internal operation, not a call to another.
            otel.kind = if provider.server().is_some() { "client" } else { "internal" },
            otel.status_code = field::Empty,
            otel.status_description = field::Empty,
            gen_ai.operation.name = operation,
            gen_ai.provider.name = provider.name(),
            gen_ai.request.model = model.name,
            gen_ai.response.model = field::Empty,
            gen_ai.response.id = field::Empty,
            gen_ai.usage.input_tokens = field::Empty,
            gen_ai.usage.output_tokens = field::Empty,
            "error.type" = field::Empty,
        );
        if let Some((address, port)) = provider.server() {
            span.set_attribute("server.address", address.to_owned());
            span.set_attribute("server.port", i64::from(port));
        }
        if let Some(tokens) = request.max_tokens {
            span.set_attribute("gen_ai.request.max_tokens", i64::try_from(tokens).unwrap_or(i64::MAX));
        }
        if let Some(temperature) = request.temperature {
            span.set_attribute("gen_ai.request.temperature", temperature);
        }
        if let Some(top_p) = request.top_p {
            span.set_attribute("gen_ai.request.top_p", top_p);
        }
        if request.stream {
            span.set_attribute("gen_ai.request.stream", true);
        }
        if self.capture_content {
            let messages = request
                .body
                .get("messages")
                .cloned()
                .unwrap_or_else(|| serde_json::json!([{ "role": "user", "content": request.question }]));
            span.set_attribute("gen_ai.input.messages", messages.to_string());
        }
        span
    }
}

struct Unfinished {
    span: Span,
    finished: bool,
}

impl Unfinished {
    fn finish(&mut self) {
        self.finished = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            self.span.record("error.type", "cancelled");
            self.span.record("otel.status_code", "ERROR");
            self.span.record("otel.status_description", "the answer was not awaited to its end");
        }
    }
}

fn note_failure(span: &Span, failure: &ProviderFailure) {
    span.record("error.type", &*failure.error_type());
    span.record("otel.status_code", "ERROR");
    span.record("otel.status_description", failure.message().as_str());
}

/// A list of strings as an attribute.
pub fn string_list(texts: impl IntoIterator<Item = String>) -> Attribute {
    Attribute::Array(Array::String(texts.into_iter().map(StringValue::from).collect()))
}
