//! A span that has ended, for tests.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::SpanData;

pub fn span(attributes: impl IntoIterator<Item = KeyValue>) -> SpanData {
    let sampled = TraceFlags::SAMPLED;
    SpanData {
        span_context: SpanContext::new(TraceId::from(1), SpanId::from(1), sampled, false, TraceState::default()),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: Cow::Borrowed("work"),
        start_time: SystemTime::now(),
        end_time: SystemTime::now(),
        attributes: attributes.into_iter().collect(),
        dropped_attributes_count: 0,
        events: Default::default(),
        links: Default::default(),
        status: Status::Unset,
        instrumentation_scope: Default::default(),
    }
}
