//! What a span tells of an answer, gathered from a whole completion or from its chunks.

use serde_json::{Value, json};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::routing::string_list;

/// Bytes of an answer that a span takes.
const MAX_CONTENT: usize = 16_384;
/// One a choice, and there is one choice: more is an upstream's mistake.
const MAX_FINISH_REASONS: usize = 16;

pub struct GenAiAnswer {
    id: Option<String>,
    model: Option<String>,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    finish_reasons: Vec<String>,
    /// Gathered only where someone asked for it.
    content: Option<String>,
}

impl GenAiAnswer {
    pub fn new(capture_content: bool) -> GenAiAnswer {
        GenAiAnswer {
            id: None,
            model: None,
            input_tokens: None,
            output_tokens: None,
            finish_reasons: Vec::new(),
            content: capture_content.then(String::new),
        }
    }

    /// A completion or one chunk of it.
    pub fn see(&mut self, part: &Value) {
        let text = |name: &str| part[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        if self.id.is_none() {
            self.id = text("id");
        }
        if self.model.is_none() {
            self.model = text("model");
        }
        self.input_tokens = part["usage"]["prompt_tokens"].as_i64().or(self.input_tokens);
        self.output_tokens = part["usage"]["completion_tokens"].as_i64().or(self.output_tokens);
        for choice in part["choices"].as_array().into_iter().flatten() {
            if self.finish_reasons.len() < MAX_FINISH_REASONS {
                self.finish_reasons.extend(choice["finish_reason"].as_str().map(str::to_owned));
            }
            let said = choice["text"]
                .as_str()
                .or(choice["message"]["content"].as_str())
                .or(choice["delta"]["content"].as_str());
            if let (Some(content), Some(said)) = (&mut self.content, said) {
                let room = MAX_CONTENT.saturating_sub(content.len());
                content.push_str(&said[..said.floor_char_boundary(room)]);
            }
        }
    }

    pub fn record(&mut self, span: &Span) {
        if let Some(id) = &self.id {
            span.record("gen_ai.response.id", id);
        }
        if let Some(model) = &self.model {
            span.record("gen_ai.response.model", model);
        }
        if let Some(tokens) = self.input_tokens {
            span.record("gen_ai.usage.input_tokens", tokens);
        }
        if let Some(tokens) = self.output_tokens {
            span.record("gen_ai.usage.output_tokens", tokens);
        }
        if !self.finish_reasons.is_empty() {
            span.set_attribute("gen_ai.response.finish_reasons", string_list(std::mem::take(&mut self.finish_reasons)));
        }
        if let Some(content) = &self.content {
            let finish = json!([{ "role": "assistant", "content": content }]);
            span.set_attribute("gen_ai.output.messages", finish.to_string());
        }
    }
}
