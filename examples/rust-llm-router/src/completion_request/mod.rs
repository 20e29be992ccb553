//! What a request asks for, checked: the first field that is wrong is named.

mod fields;
mod prompt;

use serde_json::{Map, Value};

use fields::Fields;
use prompt::Prompt;

use crate::api_error::ApiError;

const MAX_MODEL_LENGTH: usize = 256;
const MAX_TOKENS: u64 = 1_000_000;

/// `gen_ai.operation.name` of the conventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Text,
    Chat,
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Operation::Text => "text_completion",
            Operation::Chat => "chat",
        }
    }

    /// Below a provider's base URL.
    pub fn path(self) -> &'static str {
        match self {
            Operation::Text => "completions",
            Operation::Chat => "chat/completions",
        }
    }
}

#[derive(Debug, Clone)]
pub struct CompletionRequest {
    pub operation: Operation,
    pub model: String,
    /// The prompt, or the text of the last message: what context is looked up for, and what `echo` says.
    pub question: String,
    /// In all of the prompt or the messages.
    pub prompt_words: usize,
    pub max_tokens: Option<u64>,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub stream: bool,
    /// `stream_options.include_usage`.
    pub include_usage: bool,
    /// As it came, for providers: fields that are not checked here travel on.
    pub body: Map<String, Value>,
}

impl CompletionRequest {
    pub fn parse(operation: Operation, body: Value, default_model: &str) -> Result<CompletionRequest, ApiError> {
        let Value::Object(body) = body else {
            return Err(ApiError::invalid("body", "the body must be a JSON object"));
        };
        let fields = Fields(&body);
        let model = fields.text("model")?.unwrap_or(default_model).to_owned();
        if model.is_empty() || model.len() > MAX_MODEL_LENGTH || model.chars().any(char::is_control) {
            return Err(ApiError::invalid(
                "model",
                format!("'model' must be 1 to {MAX_MODEL_LENGTH} characters of visible text"),
            ));
        }
        let Prompt { question, words: prompt_words } = match operation {
            Operation::Text => Prompt::of_text(&fields)?,
            Operation::Chat => Prompt::of_messages(&fields)?,
        };
        let max_tokens = fields.whole("max_tokens", 1, MAX_TOKENS)?;
        let max_completion_tokens = fields.whole("max_completion_tokens", 1, MAX_TOKENS)?;
        fields.whole("n", 1, 1)?;
        fields.stops()?;
        let stream_options = fields.object("stream_options")?;
        let include_usage = match stream_options {
            Some(options) => Fields(options).flag("include_usage").map_err(|error| error.within("stream_options"))?,
            None => false,
        };
        Ok(CompletionRequest {
            operation,
            question,
            prompt_words,
            max_tokens: max_completion_tokens.or(max_tokens),
            temperature: fields.number("temperature", 0.0, 2.0)?,
            top_p: fields.number("top_p", 0.0, 1.0)?,
            stream: fields.flag("stream")?,
            include_usage,
            model,
            body,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(operation: Operation, body: Value) -> Result<CompletionRequest, ApiError> {
        CompletionRequest::parse(operation, body, "echo")
    }

    #[test]
    fn what_is_wrong_is_named() {
        let chat = |messages: Value| (Operation::Chat, json!({ "messages": messages }));
        let text = |name: &str, value: Value| {
            let mut body = json!({ "prompt": "hi" });
            body[name] = value;
            (Operation::Text, body)
        };
        for ((operation, body), param) in [
            ((Operation::Text, json!([])), "body"),
            ((Operation::Text, json!({})), "prompt"),
            ((Operation::Chat, json!({ "prompt": "hi" })), "messages"),
            (text("prompt", json!("")), "prompt"),
            (text("prompt", json!(" \n")), "prompt"),
            (text("prompt", json!(5)), "prompt"),
            (text("prompt", json!(["a", "b"])), "prompt"),
            (text("prompt", json!([1, 2])), "prompt"),
            (text("model", json!(5)), "model"),
            (text("model", json!("")), "model"),
            (text("model", json!("a\nb")), "model"),
            (text("model", json!("m".repeat(257))), "model"),
            (text("max_tokens", json!(0)), "max_tokens"),
            (text("max_tokens", json!(-1)), "max_tokens"),
            (text("max_tokens", json!(1.5)), "max_tokens"),
            (text("max_tokens", json!("50")), "max_tokens"),
            (text("max_tokens", json!(1e300)), "max_tokens"),
            (text("temperature", json!(2.1)), "temperature"),
            (text("top_p", json!(-0.1)), "top_p"),
            (text("n", json!(2)), "n"),
            (text("stream", json!("yes")), "stream"),
            (text("stop", json!(5)), "stop"),
            (text("stop", json!(["1", "2", "3", "4", "5"])), "stop"),
            (text("stream_options", json!(true)), "stream_options"),
            (text("stream_options", json!({ "include_usage": 1 })), "stream_options.include_usage"),
            (chat(json!([])), "messages"),
            (chat(json!("hi")), "messages"),
            (chat(json!(["hi"])), "messages[0]"),
            (chat(json!([{ "content": "hi" }])), "messages[0].role"),
            (chat(json!([{ "role": "robot", "content": "hi" }])), "messages[0].role"),
            (chat(json!([{ "role": "user" }])), "messages[0].content"),
            (chat(json!([{ "role": "user", "content": [{ "text": "hi" }] }])), "messages[0].content[0].type"),
            (chat(json!([{ "role": "system", "content": "hi" }])), "messages"),
            (chat(json!([{ "role": "user", "content": "" }])), "messages"),
        ] {
            let error = parse(operation, body.clone()).expect_err(&body.to_string());
            assert_eq!((error.status.as_u16(), error.param.as_deref()), (400, Some(param)), "{body}");
            assert!(
                param == "body" || error.message.contains(param.rsplit('.').next().unwrap_or(param)),
                "{}",
                error.message
            );
        }
    }

    #[test]
    fn what_is_right_is_read() {
        let request =
            parse(Operation::Text, json!({ "prompt": "Hello world", "max_tokens": 50, "model": null })).expect("valid");
        assert_eq!(
            (request.model.as_str(), request.question.as_str(), request.max_tokens, request.stream),
            ("echo", "Hello world", Some(50), false)
        );
        let request = parse(
            Operation::Chat,
            json!({
                "model": "m", "stream": true, "stream_options": { "include_usage": true }, "temperature": 0, "stop": ["x"],
                "messages": [
                    { "role": "system", "content": "be brief" },
                    { "role": "user", "content": [{ "type": "text", "text": "one" }, { "type": "image_url", "image_url": {} }] },
                    { "role": "assistant", "content": null, "tool_calls": [] },
                    { "role": "tool", "content": "42" },
                ],
            }),
        )
        .expect("valid");
        assert_eq!((request.question.as_str(), request.stream, request.include_usage), ("one", true, true));
        // be, brief, one, 42
        assert_eq!(request.prompt_words, 4);
    }
}
