//! What is asked: the text of `prompt`, or of the last message that is the user's.

use serde_json::Value;

use super::fields::{Fields, must_be};
use crate::api_error::ApiError;
use crate::words::words;

const MAX_MESSAGES: usize = 1024;
const ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];

pub struct Prompt {
    /// Not empty.
    pub question: String,
    /// In all messages together.
    pub words: usize,
}

impl Prompt {
    /// Of `prompt`.
    pub fn of_text(fields: &Fields) -> Result<Prompt, ApiError> {
        let wanted = "a string that is not empty, or a list with one";
        let prompt = match fields.get("prompt") {
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
        Ok(Prompt { question: prompt.to_owned(), words: words(prompt).count() })
    }

    /// Of `messages`.
    pub fn of_messages(fields: &Fields) -> Result<Prompt, ApiError> {
        let messages = match fields.get("messages") {
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
        let mut count = 0;
        for (index, message) in messages.iter().enumerate() {
            let (role, text) = message_text(index, message)?;
            count += words(&text).count();
            if role == "user" {
                question = Some(text);
            }
        }
        let question = question.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
            ApiError::invalid("messages", "'messages' must have a message of role 'user' whose last one has text")
        })?;
        Ok(Prompt { question, words: count })
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
