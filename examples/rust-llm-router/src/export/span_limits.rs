//! Callers choose the length of some attributes (path, query, user agent, model): none of them may fill the queue.

use std::borrow::Cow;

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// What is only there because somebody asked for it, and useless when it is short.
const MESSAGE_CONTENT: [&str; 2] = ["gen_ai.input.messages", "gen_ai.output.messages"];
const MESSAGE_CONTENT_LENGTH: usize = 32_768;
/// Entries of a list.
const MAX_ENTRIES: usize = 128;

#[derive(Debug, Clone, Copy)]
pub struct SpanLimits {
    /// Characters of a text: of an attribute, a name, a status message.
    pub value_length: usize,
}

impl SpanLimits {
    /// Cuts in place and without a mark, as the specification has it:
    /// https://opentelemetry.io/docs/specs/otel/common/#attribute-limits. To be called on what is masked already: half a
    /// secret is not recognized.
    pub fn apply(&self, span: &mut SpanData) {
        self.attributes(&mut span.attributes);
        for event in &mut span.events.events {
            self.attributes(&mut event.attributes);
            self.text(&mut event.name);
        }
        span.links.links.iter_mut().for_each(|link| self.attributes(&mut link.attributes));
        self.text(&mut span.name);
        if let Status::Error { description } = &mut span.status {
            self.text(description);
        }
    }

    fn attributes(&self, attributes: &mut Vec<KeyValue>) {
        // It stays as it is from here on.
        attributes.shrink_to_fit();
        for attribute in attributes {
            let content = MESSAGE_CONTENT.contains(&attribute.key.as_str());
            let limit = if content { MESSAGE_CONTENT_LENGTH } else { self.value_length };
            match &mut attribute.value {
                Value::String(text) => cut_value(text, limit),
                Value::Array(Array::String(texts)) => {
                    texts.truncate(MAX_ENTRIES);
                    texts.iter_mut().for_each(|text| cut_value(text, limit));
                }
                _ => {}
            }
        }
    }

    fn text(&self, text: &mut Cow<'static, str>) {
        if let Some(short) = cut(text, self.value_length) {
            *text = short.to_owned().into();
        }
    }
}

fn cut_value(text: &mut StringValue, limit: usize) {
    if let Some(short) = cut(text.as_str(), limit).map(str::to_owned) {
        *text = short.into();
    }
}

/// None where nothing is to be cut.
fn cut(text: &str, limit: usize) -> Option<&str> {
    if text.len() <= limit {
        return None;
    }
    text.char_indices().nth(limit).map(|(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::span_fixture::span;

    #[test]
    fn texts_are_cut_at_a_character_and_only_where_they_are_longer() {
        for (text, short) in [
            ("", None),
            ("abcd", None),
            ("abcde", Some("abcd")),
            // Characters are counted, not bytes.
            ("äöü日", None),
            ("äöü日本", Some("äöü日")),
            ("🦀🦀🦀🦀🦀", Some("🦀🦀🦀🦀")),
        ] {
            assert_eq!(cut(text, 4), short, "{text}");
        }
    }

    #[test]
    fn every_text_of_a_span_is_cut_and_content_that_was_asked_for_later() {
        let long = "x".repeat(100_000);
        let mut given = span([
            KeyValue::new("url.path", long.clone()),
            KeyValue::new("list", Value::Array(Array::String(vec![StringValue::from(long.clone()); 1000]))),
            KeyValue::new("gen_ai.input.messages", long.clone()),
            KeyValue::new("count", 7),
        ]);
        given.name = long.clone().into();
        given.status = Status::error(long);
        SpanLimits { value_length: 10 }.apply(&mut given);
        let lengths: Vec<usize> = given.attributes.iter().map(|each| each.value.as_str().len()).collect();
        // Of the list as text: 128 entries of 10 characters, with quotes and commas between brackets.
        assert_eq!(lengths, [10, 128 * 13 + 1, MESSAGE_CONTENT_LENGTH, 1]);
        assert_eq!((given.name.len(), given.status), (10, Status::error("x".repeat(10))));
    }
}
