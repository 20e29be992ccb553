//! The built-in model: says the prompt again, word for word, and so runs offline.

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::Answer;
use crate::completion_request::{CompletionRequest, Operation};
use crate::words::{first_word, words};

pub const ECHO_MODEL: &str = "echo";

pub fn complete(request: &CompletionRequest) -> Answer {
    let question = &request.question;
    let limit = request.max_tokens.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let (tokens, end) = words(question).take(limit).fold((0, 0), |(tokens, end), word| (tokens + 1, end + word.len()));
    let finish_reason = if end < question.len() { "length" } else { "stop" };
    let prompt_tokens = request.prompt_words;
    let usage = json!({
        "prompt_tokens": prompt_tokens,
        "completion_tokens": tokens,
        "total_tokens": prompt_tokens + tokens,
    });
    let shape = Shape::new(request.operation);
    let said = question[..end].to_owned();
    if request.stream { stream(shape, said, finish_reason, usage) } else { whole(&shape, said, finish_reason, usage) }
}

struct Shape {
    operation: Operation,
    id: String,
    created: u64,
}

impl Shape {
    fn new(operation: Operation) -> Shape {
        let prefix = if operation == Operation::Chat { "chatcmpl" } else { "cmpl" };
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Shape {
            operation,
            id: format!("{prefix}-{:032x}", rand::random::<u128>()),
            created: since.map_or(0, |since| since.as_secs()),
        }
    }

    fn object(&self, object: &str, choices: Value) -> Value {
        json!({ "id": self.id, "object": object, "created": self.created, "model": ECHO_MODEL, "choices": choices })
    }

    fn chunk(&self, text: &str, first: bool, finish_reason: Option<&str>) -> Value {
        match self.operation {
            Operation::Text => self.object(
                "text_completion",
                json!([{ "index": 0, "text": text, "logprobs": null, "finish_reason": finish_reason }]),
            ),
            Operation::Chat => {
                let delta = match (first, finish_reason) {
                    (true, _) => json!({ "role": "assistant", "content": text }),
                    (false, None) => json!({ "content": text }),
                    (false, Some(_)) => json!({}),
                };
                self.object(
                    "chat.completion.chunk",
                    json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason }]),
                )
            }
        }
    }
}

fn whole(shape: &Shape, text: String, finish_reason: &str, usage: Value) -> Answer {
    let (object, choices) = match shape.operation {
        Operation::Text => {
            ("text_completion", json!([{ "index": 0, "text": text, "logprobs": null, "finish_reason": finish_reason }]))
        }
        Operation::Chat => (
            "chat.completion",
            json!([{ "index": 0, "message": { "role": "assistant", "content": text }, "logprobs": null, "finish_reason": finish_reason }]),
        ),
    };
    let mut completion = shape.object(object, choices);
    completion["usage"] = usage;
    Answer::Whole(completion)
}

/// Each chunk is made when it is asked for: a long prompt is many.
fn stream(shape: Shape, said: String, finish_reason: &'static str, usage: Value) -> Answer {
    let end = shape.chunk("", false, Some(finish_reason));
    let mut last = shape.chunk("", false, None);
    last["choices"] = json!([]);
    last["usage"] = usage;
    let mut start = 0;
    let words = std::iter::from_fn(move || {
        let word = first_word(&said[start..]);
        if word.is_empty() {
            return None;
        }
        let chunk = shape.chunk(word, start == 0, None);
        start += word.len();
        Some(chunk)
    });
    Answer::Stream(futures_util::stream::iter(words.chain([end, last]).map(Ok)).boxed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operation: Operation, body: Value) -> CompletionRequest {
        CompletionRequest::parse(operation, body, ECHO_MODEL).expect("valid")
    }

    #[test]
    fn it_says_the_prompt_again_within_max_tokens() {
        for (prompt, max_tokens, said, reason, tokens) in [
            ("Hello world", 50, "Hello world", "stop", 2),
            ("Hello world", 2, "Hello world", "stop", 2),
            ("Hello big  world\n", 2, "Hello big  ", "length", 2),
            ("  äöü 日本 ", 9, "  äöü 日本 ", "stop", 3),
        ] {
            let body = json!({ "prompt": prompt, "max_tokens": max_tokens });
            let Answer::Whole(answer) = complete(&request(Operation::Text, body)) else { panic!("whole") };
            assert_eq!(answer["choices"][0]["text"], said);
            assert_eq!(answer["choices"][0]["finish_reason"], reason);
            assert_eq!(answer["usage"]["completion_tokens"], tokens, "{prompt:?}");
            let total = answer["usage"]["prompt_tokens"].as_u64().expect("a number") + tokens;
            assert_eq!(answer["usage"]["total_tokens"], total);
        }
    }

    #[tokio::test]
    async fn streamed_it_says_the_same() {
        let body =
            json!({ "messages": [{ "role": "user", "content": "one two three" }], "stream": true, "max_tokens": 2 });
        let Answer::Stream(chunks) = complete(&request(Operation::Chat, body)) else { panic!("a stream") };
        let chunks: Vec<Value> = chunks.map(|chunk| chunk.expect("no failure")).collect().await;
        let text: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
        assert_eq!(text, "one two ");
        assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
        assert_eq!(chunks[2]["choices"][0]["finish_reason"], "length");
        assert_eq!(chunks[3]["usage"]["completion_tokens"], 2);
        assert!(chunks.iter().all(|chunk| chunk["id"] == chunks[0]["id"]));
    }
}
