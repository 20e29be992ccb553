//! In front of the SDK's batch processor, which has no bound in bytes and drops without a count that could be asked for.

use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, Span, SpanData, SpanProcessor};

use super::counts::{Load, SpanCounts};
use super::span_limits::SpanLimits;
use super::span_size::span_bytes;
use crate::outage::Outage;
use crate::redaction::redact_span;

/// Masks and cuts a span when it ends, so that what waits is small and holds no secret; counts it, or drops it.
#[derive(Debug)]
pub struct BoundedProcessor<P = BatchSpanProcessor> {
    batch: P,
    limits: SpanLimits,
    counts: Arc<SpanCounts>,
    /// What waits, or is under way, at most.
    capacity: Load,
    report: Outage,
}

impl<P: SpanProcessor> BoundedProcessor<P> {
    /// `batch` must have room for `capacity.spans`, and for one batch more.
    pub fn new(batch: P, limits: SpanLimits, counts: Arc<SpanCounts>, capacity: Load) -> Self {
        BoundedProcessor { batch, limits, counts, capacity, report: Outage::default() }
    }
}

impl<P: SpanProcessor> SpanProcessor for BoundedProcessor<P> {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.batch.on_start(span, context);
    }

    fn on_end(&self, mut span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        redact_span(&mut span);
        self.limits.apply(&mut span);
        let bytes = span_bytes(&span);
        if !self.counts.accept(bytes, self.capacity) {
            let dropped = self.counts.drop_one();
            if self.report.failed() {
                tracing::warn!(
                    dropped,
                    waiting = self.counts.waiting(),
                    capacity = self.capacity.spans,
                    waiting_bytes = self.counts.waiting_bytes(),
                    capacity_bytes = self.capacity.bytes,
                    "spans are dropped, since the queue is full"
                );
            }
            return;
        }
        self.batch.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batch.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: std::time::Duration) -> OTelSdkResult {
        self.batch.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batch.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::counts::UnderWay;
    use crate::export::span_fixture::span;
    use opentelemetry::{KeyValue, Value};
    use std::sync::Mutex;

    #[derive(Debug, Default, Clone)]
    struct Queue(Arc<Mutex<Vec<SpanData>>>);

    impl SpanProcessor for Queue {
        fn on_start(&self, _: &mut Span, _: &Context) {}
        fn on_end(&self, span: SpanData) {
            self.0.lock().expect("not poisoned").push(span);
        }
        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }
        fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
            Ok(())
        }
    }

    fn processor(capacity: Load) -> (BoundedProcessor<Queue>, Queue, Arc<SpanCounts>) {
        let (queue, counts) = (Queue::default(), Arc::new(SpanCounts::default()));
        let limits = SpanLimits { value_length: 1024 };
        (BoundedProcessor::new(queue.clone(), limits, counts.clone(), capacity), queue, counts)
    }

    #[test]
    fn what_waits_is_bounded_in_bytes_and_in_spans() {
        let hostile = || span([KeyValue::new("url.query", "q".repeat(30_000))]);
        let size = {
            let (processor, queue, _) = processor(Load { spans: 1, bytes: usize::MAX });
            processor.on_end(hostile());
            span_bytes(&queue.0.lock().expect("not poisoned")[0])
        };
        assert!((1024..2048).contains(&size), "cut to 1024 characters: {size}");
        for capacity in [Load { spans: 1000, bytes: 10 * size + 1 }, Load { spans: 10, bytes: usize::MAX }] {
            let (processor, queue, counts) = processor(capacity);
            (0..15).for_each(|_| processor.on_end(hostile()));
            assert_eq!(queue.0.lock().expect("not poisoned").len(), 10, "{capacity:?}");
            assert_eq!((counts.waiting(), counts.waiting_bytes(), counts.lost()), (10, 10 * size, 5));
            // A batch that has gone makes room.
            UnderWay::new(counts.clone(), Load { spans: 4, bytes: 4 * size }).taken(1);
            (0..15).for_each(|_| processor.on_end(hostile()));
            assert_eq!((counts.waiting(), counts.delivered(), counts.lost()), (10, 3, 5 + 1 + 11));
        }
    }

    #[test]
    fn a_secret_at_the_place_of_the_cut_is_masked_first() {
        let (processor, queue, _) = processor(Load { spans: 10, bytes: usize::MAX });
        let text = format!("{} ghp_{}", "x".repeat(1010), "a1".repeat(18));
        processor.on_end(span([KeyValue::new("error.message", text)]));
        let spans = queue.0.lock().expect("not poisoned");
        let Value::String(kept) = &spans[0].attributes[0].value else { panic!("a text") };
        assert!(kept.as_str().ends_with(" [REDACTED]"), "{}", kept.as_str());
    }
}
