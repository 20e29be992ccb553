//! What an upstream is sent.

use serde_json::{Map, Value, json};

use crate::completion_request::{CompletionRequest, Operation};
use crate::context::Passage;

/// The caller's own fields, with the provider's name of the model, and the passages before all else.
pub fn upstream_body(request: &CompletionRequest, model: &str, passages: &[Passage]) -> Map<String, Value> {
    let mut body = request.body.clone();
    body.insert("model".to_owned(), model.into());
    if request.stream {
        // Token counts for the span, whether the caller asked for them or not.
        body.insert("stream_options".to_owned(), json!({ "include_usage": true }));
    }
    if passages.is_empty() {
        return body;
    }
    let texts: Vec<String> = passages.iter().map(|passage| format!("- {}: {}", passage.title, passage.text)).collect();
    let context = format!("Use this context where it helps:\n{}", texts.join("\n"));
    match request.operation {
        Operation::Text => {
            body.insert("prompt".to_owned(), format!("{context}\n\n{}", request.question).into());
        }
        Operation::Chat => {
            if let Some(Value::Array(messages)) = body.get_mut("messages") {
                messages.insert(0, json!({ "role": "system", "content": context }));
            }
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operation: Operation, body: Value) -> CompletionRequest {
        CompletionRequest::parse(operation, body, "echo").expect("valid")
    }

    #[test]
    fn context_goes_before_what_the_caller_sent_and_unknown_fields_travel() {
        let passages = [Passage { title: "T".to_owned(), text: "text".to_owned(), score: 1.0 }];
        let chat = request(
            Operation::Chat,
            json!({ "messages": [{ "role": "user", "content": "q" }], "seed": 7, "stream": true }),
        );
        let body = upstream_body(&chat, "m", &passages);
        assert_eq!(
            (&body["model"], &body["seed"], &body["stream_options"]["include_usage"]),
            (&json!("m"), &json!(7), &json!(true))
        );
        assert_eq!(body["messages"][0]["role"], "system");
        assert_eq!(body["messages"][1]["content"], "q");
        let text = request(Operation::Text, json!({ "prompt": "q" }));
        let body = upstream_body(&text, "m", &passages);
        assert_eq!(body["prompt"], "Use this context where it helps:\n- T: text\n\nq");
        assert_eq!(upstream_body(&text, "m", &[])["prompt"], "q");
    }
}
