//! How much memory a span takes.

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// What an allocation takes beside its content.
const ALLOCATION: usize = 16;

/// An estimate in bytes: the struct, its texts and lists. Encoded a span is smaller, since its keys are counted as well,
/// which in memory are the program's own.
pub fn span_bytes(span: &SpanData) -> usize {
    let events = span.events.events.iter();
    let links = span.links.links.iter();
    let message = match &span.status {
        Status::Error { description } => description.len(),
        _ => 0,
    };
    size_of::<SpanData>()
        + span.name.len()
        + message
        + trace_state_bytes(span)
        + attributes_bytes(&span.attributes)
        + events.map(|event| size_of_val(event) + event.name.len() + attributes_bytes(&event.attributes)).sum::<usize>()
        + links.map(|link| size_of_val(link) + attributes_bytes(&link.attributes)).sum::<usize>()
}

/// Kept as a list of pairs of texts.
fn trace_state_bytes(span: &SpanData) -> usize {
    let header = span.span_context.trace_state().header();
    header.len() + header.matches('=').count() * 2 * (size_of::<String>() + ALLOCATION)
}

fn attributes_bytes(attributes: &[KeyValue]) -> usize {
    attributes
        .iter()
        .map(|attribute| size_of::<KeyValue>() + attribute.key.as_str().len() + value_bytes(&attribute.value))
        .sum()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len() + ALLOCATION,
        Value::Array(Array::String(texts)) => {
            texts.iter().map(|text| size_of::<StringValue>() + ALLOCATION + text.as_str().len()).sum()
        }
        Value::Array(Array::I64(numbers)) => size_of_val(numbers.as_slice()),
        Value::Array(Array::F64(numbers)) => size_of_val(numbers.as_slice()),
        Value::Array(Array::Bool(flags)) => size_of_val(flags.as_slice()),
        _ => 0,
    }
}
