//! Masks secrets before a span leaves the process: by an attribute's key, and by what a text looks like.

mod keys;
mod texts;

pub use keys::is_sensitive_key;
pub use texts::mask_text;

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

pub const MASK: &str = "[REDACTED]";
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
    let query = key == "url.query";
    match &mut attribute.value {
        Value::String(text) => {
            let masked = if query { texts::mask_query(text.as_str()) } else { mask_text(text.as_str()) };
            if let Some(masked) = masked {
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
            ("gen_ai.usage.input_tokens", Value::from(5i64), Value::from(5i64)),
        ] {
            let mut attribute = KeyValue::new(key, value);
            redact_attribute(&mut attribute);
            assert_eq!(attribute.value, expected, "{key}");
        }
    }
}
