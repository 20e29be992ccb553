//! What ended, what was delivered and what was dropped, so that no span is lost without a word.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, Span, SpanData, SpanProcessor};

use crate::outage::Outage;

#[derive(Debug, Default)]
pub struct SpanCounts {
    accepted: AtomicU64,
    delivered: AtomicU64,
    /// No room in the queue.
    dropped: AtomicU64,
    /// Refused by the backend, or not delivered in time.
    failed: AtomicU64,
}

impl SpanCounts {
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    pub fn lost(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed) + self.failed.load(Ordering::Relaxed)
    }

    /// Accepted, and neither delivered nor given up.
    pub fn waiting(&self) -> u64 {
        let gone = self.delivered() + self.failed.load(Ordering::Relaxed);
        self.accepted.load(Ordering::Relaxed).saturating_sub(gone)
    }

    pub(super) fn add_delivered(&self, spans: usize) {
        self.delivered.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(super) fn add_failed(&self, spans: usize) {
        self.failed.fetch_add(spans as u64, Ordering::Relaxed);
    }
}

/// Before the SDK's batch processor, which drops without a count that could be asked for.
#[derive(Debug)]
pub struct CountingProcessor {
    batch: BatchSpanProcessor,
    counts: Arc<SpanCounts>,
    /// Spans waiting at most.
    capacity: u64,
    report: Outage,
}

impl CountingProcessor {
    /// `batch` must have room for `capacity` spans, and for one batch more.
    pub fn new(batch: BatchSpanProcessor, counts: Arc<SpanCounts>, capacity: usize) -> CountingProcessor {
        CountingProcessor { batch, counts, capacity: capacity as u64, report: Outage::default() }
    }
}

impl SpanProcessor for CountingProcessor {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.batch.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        if self.counts.waiting() >= self.capacity {
            let dropped = self.counts.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            if self.report.failed() {
                tracing::warn!(dropped, capacity = self.capacity, "spans are dropped, since the queue is full");
            }
            return;
        }
        self.counts.accepted.fetch_add(1, Ordering::Relaxed);
        self.batch.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batch.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batch.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batch.set_resource(resource);
    }
}
