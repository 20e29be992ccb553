//! What a request asks for, checked: the first field that is wrong is named.

use serde_json::{Map, Value};

use crate::api_error::ApiError;

const MAX_MODEL_LENGTH: usize = 256;
const MAX_MESSAGES: usize = 1024;
const MAX_TOKENS: u64 = 1_000_000;
const MAX_STOPS: usize = 4;
const ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];

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
    /// All of the prompt or the messages, for counting.
    pub whole_prompt: String,
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
        let (question, whole_prompt) = match operation {
            Operation::Text => fields.prompt()?,
            Operation::Chat => fields.messages()?,
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
            whole_prompt,
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

impl ApiError {
    fn within(self, outer: &str) -> ApiError {
        ApiError { param: self.param.map(|param| format!("{outer}.{param}")), ..self }
    }
}

/// `null` counts as absent, as OpenAI's own clients send it.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(must_be(name, "a string", other)),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(must_be(name, "true or false", other)),
        }
    }

    fn object(&self, name: &str) -> Result<Option<&'a Map<String, Value>>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(other) => Err(must_be(name, "an object", other)),
        }
    }

    fn whole(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, ApiError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wanted = if least == most { format!("{least}") } else { format!("a whole number from {least} to {most}") };
        match value.as_u64().filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(must_be(name, &wanted, value)),
        }
    }

    fn number(&self, name: &str, least: f64, most: f64) -> Result<Option<f64>, ApiError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_f64().filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(must_be(name, &format!("a number from {least} to {most}"), value)),
        }
    }

    fn stops(&self) -> Result<(), ApiError> {
        match self.get("stop") {
            None | Some(Value::String(_)) => Ok(()),
            Some(Value::Array(stops)) if stops.len() <= MAX_STOPS && stops.iter().all(Value::is_string) => Ok(()),
            Some(other) => Err(must_be("stop", &format!("a string or up to {MAX_STOPS} strings"), other)),
        }
    }

    fn prompt(&self) -> Result<(String, String), ApiError> {
        let wanted = "a string that is not empty, or a list with one";
        let prompt = match self.get("prompt") {
            None => return Err(ApiError::invalid("prompt", format!("'prompt' is missing; it must be {wanted}"))),
            Some(Value::String(text)) => text,
            Some(Value::Array(texts)) if texts.len() == 1 && texts[0].is_string() => {
                texts[0].as_str().unwrap_or_default()
            }
            Some(other) => return Err(must_be("prompt", wanted, other)),
        };
        if prompt.trim().is_empty() {
            return Err(ApiError::invalid("prompt", format!("'prompt' is empty; it must be {wanted}")));
        }
        Ok((prompt.to_owned(), prompt.to_owned()))
    }

    fn messages(&self) -> Result<(String, String), ApiError> {
        let messages = match self.get("messages") {
            None => {
                return Err(ApiError::invalid(
                    "messages",
                    "'messages' is missing; it must be a list of 1 message or more",
                ));
            }
            Some(Value::Array(messages)) if (1..=MAX_MESSAGES).contains(&messages.len()) => messages,
            Some(other) => return Err(must_be("messages", &format!("a list of 1 to {MAX_MESSAGES} messages"), other)),
        };
        let mut question = None;
        let mut whole = String::new();
        for (index, message) in messages.iter().enumerate() {
            let (role, text) = message_text(index, message)?;
            whole.push_str(&text);
            whole.push('\n');
            if role == "user" {
                question = Some(text);
            }
        }
        let question = question.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
            ApiError::invalid("messages", "'messages' must have a message of role 'user' whose last one has text")
        })?;
        Ok((question, whole))
    }
}

/// The role, and the text of the content: a string, or the text parts of a list.
fn message_text(index: usize, message: &Value) -> Result<(&str, String), ApiError> {
    let name = format!("messages[{index}]");
    let Value::Object(fields) = message else {
        return Err(must_be(&name, "an object with 'role' and 'content'", message));
    };
    let role = match fields.get("role") {
        Some(Value::String(role)) if ROLES.contains(&role.as_str()) => role.as_str(),
        other => {
            return Err(must_be(
                &format!("{name}.role"),
                &format!("one of {}", ROLES.join(", ")),
                other.unwrap_or(&Value::Null),
            ));
        }
    };
    let content = format!("{name}.content");
    let text = match fields.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let mut texts = Vec::new();
            for (part_index, part) in parts.iter().enumerate() {
                if !part.get("type").is_some_and(Value::is_string) {
                    return Err(must_be(
                        &format!("{content}[{part_index}].type"),
                        "a string",
                        part.get("type").unwrap_or(&Value::Null),
                    ));
                }
                texts.extend(part.get("text").and_then(Value::as_str));
            }
            texts.join("\n")
        }
        // An assistant's call of a tool has no content.
        None | Some(Value::Null) if role == "assistant" => String::new(),
        other => return Err(must_be(&content, "a string or a list of parts", other.unwrap_or(&Value::Null))),
    };
    Ok((role, text))
}

/// Says what kind of value it is, and a number itself; never a text, which may be private.
fn must_be(name: &str, wanted: &str, value: &Value) -> ApiError {
    let given = match value {
        Value::Null => "missing".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
    };
    ApiError::invalid(name, format!("'{name}' must be {wanted}; it is {given}"))
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
        assert!(request.whole_prompt.contains("be brief") && request.whole_prompt.contains("42"));
    }
}
