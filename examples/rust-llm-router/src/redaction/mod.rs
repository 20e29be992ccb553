//! Masks secrets before a span leaves the process: by an attribute's key, and by what a text looks like.

mod keys;
mod texts;

pub use keys::is_sensitive_key;
pub use texts::mask_text;

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

pub const MASK: &str = "[REDACTED]";

/// For a log line or an error.
pub fn masked(text: &str) -> String {
    mask_text(text).unwrap_or_else(|| text.to_owned())
}

/// In place: attributes, events, links, name and status message.
pub fn redact_span(span: &mut SpanData) {
    span.attributes.iter_mut().for_each(redact_attribute);
    for event in &mut span.events.events {
        event.attributes.iter_mut().for_each(redact_attribute);
        replace_with_masked(&mut event.name);
    }
    span.links.links.iter_mut().for_each(|link| link.attributes.iter_mut().for_each(redact_attribute));
    replace_with_masked(&mut span.name);
    if let Status::Error { description } = &mut span.status {
        replace_with_masked(description);
    }
}

fn replace_with_masked(text: &mut std::borrow::Cow<'static, str>) {
    if let Some(masked) = mask_text(text) {
        *text = masked.into();
    }
}

pub fn redact_attribute(attribute: &mut KeyValue) {
    let key = attribute.key.as_str();
    if is_sensitive_key(key) {
        attribute.value = MASK.into();
        return;
    }
    let mask = match key {
        "url.query" => mask_only_query,
        "url.full" | "url.path" | "http.url" | "http.target" => mask_url,
        _ => mask_text,
    };
    match &mut attribute.value {
        Value::String(text) => {
            if let Some(masked) = mask(text.as_str()) {
                attribute.value = masked.into();
            }
        }
        Value::Array(Array::String(texts)) => {
            for text in texts {
                if let Some(masked) = mask_text(text.as_str()) {
                    *text = StringValue::from(masked);
                }
            }
        }
        _ => {}
    }
}

fn mask_only_query(query: &str) -> Option<String> {
    let masked = texts::mask_query(query);
    mask_text(masked.as_deref().unwrap_or(query)).or(masked)
}

/// A whole URL, or only its path and query.
fn mask_url(url: &str) -> Option<String> {
    let masked =
        url.split_once('?').and_then(|(path, query)| texts::mask_query(query).map(|query| format!("{path}?{query}")));
    mask_text(masked.as_deref().unwrap_or(url)).or(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_masked_by_key_query_and_value() {
        for (key, value, expected) in [
            ("api_key", Value::from("x"), Value::from(MASK)),
            ("password", Value::from(5i64), Value::from(MASK)),
            ("url.query", Value::from("q=1&token=abc"), Value::from("q=1&token=REDACTED")),
            ("url.full", Value::from("http://h/?key=abc"), Value::from("http://h/?key=REDACTED")),
            ("url.full", Value::from("/a?key=abc"), Value::from("/a?key=REDACTED")),
            ("url.query", Value::from("q=ghp_0123456789abcdefghij"), Value::from("q=[REDACTED]")),
            ("gen_ai.usage.input_tokens", Value::from(5i64), Value::from(5i64)),
        ] {
            let mut attribute = KeyValue::new(key, value);
            redact_attribute(&mut attribute);
            assert_eq!(attribute.value, expected, "{key}");
        }
    }
}
