//! Takes batches from the SDK's batch processor and lets several be under way at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use super::counts::{Load, SpanCounts, UnderWay};
use super::delivery::{Batch, Delivery};
use super::otlp_sink::Sink;
use super::span_size::span_bytes;

/// After the deadline, for deliveries to count what they give up: on a busy machine they are woken late.
const COUNTING_TIME: Duration = Duration::from_millis(400);

/// Batches under way at once. With one, which is all that the SDK's batch processor sends, a backend that answers slowly
/// gets a batch per answer, and the queue fills up behind it.
const IN_FLIGHT: u32 = 4;

/// A batch ends before it is larger, by the estimate in memory, which an encoded one stays below: receivers of gRPC take
/// 4 MiB by default.
const BATCH_BYTES: usize = 1 << 20;

/// Sends, and sends again with growing pauses while the backend is away.
/// A batch counts as exported when it is under way: what became of it stands in `counts`. The batch processor calls it from a thread without a runtime; the work itself runs on `runtime`.
pub struct DeliveringExporter<S> {
    runtime: Handle,
    delivery: Arc<Delivery<S>>,
    counts: Arc<SpanCounts>,
    deadline: watch::Receiver<Option<Instant>>,
    resource: ResourceAttributesWithSchema,
    in_flight: Arc<Semaphore>,
}

impl<S> std::fmt::Debug for DeliveringExporter<S> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DeliveringExporter")
    }
}

impl<S: Sink> DeliveringExporter<S> {
    /// `deadline` holds a time once the program is ending.
    pub fn new(sink: S, runtime: Handle, counts: Arc<SpanCounts>, deadline: watch::Receiver<Option<Instant>>) -> Self {
        DeliveringExporter {
            runtime,
            delivery: Arc::new(Delivery::new(sink, counts.clone())),
            counts,
            deadline,
            resource: ResourceAttributesWithSchema::default(),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT as usize)),
        }
    }
}

impl<S: Sink> SpanExporter for DeliveringExporter<S> {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        let under_way =
            |spans: &[SpanData], bytes| UnderWay::new(self.counts.clone(), Load { spans: spans.len(), bytes });
        let parts = split(spans).into_iter().map(|(spans, bytes)| (under_way(&spans, bytes), spans));
        // All at once: whatever becomes of one, the others are counted.
        for (under_way, spans) in parts.collect::<Vec<_>>() {
            let Ok(permit) = self.in_flight.clone().acquire_owned().await else {
                return Err(OTelSdkError::AlreadyShutdown);
            };
            let resource_spans = group_spans_by_resource_and_scope(spans, &self.resource);
            let batch = Batch { request: ExportTraceServiceRequest { resource_spans }, under_way };
            let (delivery, deadline) = (self.delivery.clone(), self.deadline.clone());
            self.runtime.spawn(async move {
                // Given back last.
                let _permit = permit;
                delivery.deliver(batch, deadline).await;
            });
        }
        Ok(())
    }

    /// Waits for what is under way: until the deadline, to which every delivery keeps itself, or else for `timeout`.
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let patience = match *self.deadline.borrow() {
            Some(ends) => ends.saturating_duration_since(Instant::now()) + COUNTING_TIME,
            None => timeout,
        };
        let all_done = async { tokio::time::timeout(patience, self.in_flight.acquire_many(IN_FLIGHT)).await.is_ok() };
        if self.runtime.block_on(all_done) { Ok(()) } else { Err(OTelSdkError::Timeout(patience)) }
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

/// Into batches of at most `BATCH_BYTES`, each with its size. A span that is larger by itself goes alone.
fn split(spans: Vec<SpanData>) -> Vec<(Vec<SpanData>, usize)> {
    let mut batches: Vec<(Vec<SpanData>, usize)> = Vec::new();
    for span in spans {
        let bytes = span_bytes(&span);
        match batches.last_mut() {
            Some((batch, size)) if *size + bytes <= BATCH_BYTES => {
                batch.push(span);
                *size += bytes;
            }
            _ => batches.push((vec![span], bytes)),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::outcome::Outcome;
    use crate::export::span_fixture::span;
    use opentelemetry::KeyValue;
    use prost::Message;
    use std::sync::Mutex;
    use tokio::runtime::Runtime;
    use tokio::sync::Barrier;

    /// Answers only when as many batches have come as may be in flight.
    struct AnswersTogether(Barrier);

    impl Sink for AnswersTogether {
        async fn send(&self, _: &ExportTraceServiceRequest) -> Outcome {
            self.0.wait().await;
            Outcome::Taken { rejected: 0, message: String::new() }
        }
    }

    /// Says the same each time, and keeps the sizes of what it was sent.
    struct Says(Outcome, Arc<Mutex<Vec<usize>>>);

    impl Sink for Says {
        async fn send(&self, request: &ExportTraceServiceRequest) -> Outcome {
            self.1.lock().expect("not poisoned").push(request.encoded_len());
            self.0.clone()
        }
    }

    /// Says that it was asked, and no more.
    struct Silent(Arc<Barrier>);

    impl Sink for Silent {
        async fn send(&self, _: &ExportTraceServiceRequest) -> Outcome {
            self.0.wait().await;
            std::future::pending().await
        }
    }

    struct Panics;

    impl Sink for Panics {
        async fn send(&self, _: &ExportTraceServiceRequest) -> Outcome {
            panic!("of this test")
        }
    }

    type Ending = watch::Sender<Option<Instant>>;
    type Exporter<S> = (Runtime, Arc<SpanCounts>, DeliveringExporter<S>, Ending);

    fn exporter<S: Sink>(sink: S) -> Exporter<S> {
        let runtime = Runtime::new().expect("a runtime");
        let counts = Arc::new(SpanCounts::default());
        let (ending, deadline) = watch::channel(None);
        let exporter = DeliveringExporter::new(sink, runtime.handle().clone(), counts.clone(), deadline);
        (runtime, counts, exporter, ending)
    }

    fn export<S: Sink>((runtime, counts, exporter, _): &Exporter<S>, spans: Vec<SpanData>) {
        let most = Load { spans: usize::MAX, bytes: usize::MAX };
        assert!(spans.iter().all(|span| counts.accept(span_bytes(span), most)));
        runtime.block_on(exporter.export(spans)).expect("taken");
    }

    #[test]
    fn several_batches_are_under_way_at_once_and_the_end_waits_for_all() {
        let exporter = exporter(AnswersTogether(Barrier::new(IN_FLIGHT as usize)));
        for _ in 0..2 * IN_FLIGHT {
            export(&exporter, vec![span([]), span([])]);
        }
        exporter.2.shutdown_with_timeout(Duration::from_secs(20)).expect("all ended");
        assert_eq!(exporter.1.delivered(), u64::from(4 * IN_FLIGHT));
    }

    #[test]
    fn the_end_waits_no_longer_than_it_may_for_what_was_under_way_before_it() {
        let asked = Arc::new(Barrier::new(2));
        let exporter = exporter(Silent(asked.clone()));
        export(&exporter, vec![span([])]);
        exporter.0.block_on(asked.wait());
        exporter.3.send_replace(Some(Instant::now()));
        let patience = Duration::from_secs(20);
        let given_up =
            async { tokio::time::timeout(patience, exporter.2.in_flight.acquire_many(IN_FLIGHT)).await.is_ok() };
        assert!(exporter.0.block_on(given_up), "still under way");
        assert_eq!((exporter.1.delivered(), exporter.1.lost()), (0, 1));
        exporter.2.shutdown_with_timeout(patience).expect("nothing is under way");
    }

    #[test]
    fn a_delivery_that_panics_is_counted_as_lost_and_makes_room() {
        let exporter = exporter(Panics);
        for _ in 0..2 * IN_FLIGHT {
            export(&exporter, vec![span([]), span([])]);
        }
        exporter.2.shutdown_with_timeout(Duration::from_secs(20)).expect("all ended");
        let counts = &exporter.1;
        assert_eq!((counts.lost(), counts.waiting(), counts.waiting_bytes()), (u64::from(4 * IN_FLIGHT), 0, 0));
    }

    #[test]
    fn what_is_refused_is_not_sent_again_and_what_is_rejected_of_a_batch_is_counted() {
        let refused = Outcome::Refused { reason: "HTTP 415".to_owned() };
        let partly = Outcome::Taken { rejected: 2, message: "too old".to_owned() };
        for (outcome, delivered, lost) in [(refused, 0, 5), (partly, 3, 2)] {
            let sent = Arc::default();
            let exporter = exporter(Says(outcome, Arc::clone(&sent)));
            export(&exporter, (0..5).map(|_| span([])).collect());
            exporter.2.shutdown_with_timeout(Duration::from_secs(20)).expect("all ended");
            let counts = &exporter.1;
            assert_eq!((counts.delivered(), counts.lost(), counts.waiting()), (delivered, lost, 0));
            assert_eq!((counts.waiting_bytes(), sent.lock().expect("not poisoned").len()), (0, 1));
        }
    }

    #[test]
    fn a_batch_of_large_spans_is_sent_in_parts_that_a_receiver_takes() {
        let sent = Arc::default();
        let taken = Outcome::Taken { rejected: 0, message: String::new() };
        let exporter = exporter(Says(taken, Arc::clone(&sent)));
        export(&exporter, (0..512).map(|_| span([KeyValue::new("text", "x".repeat(32_768))])).collect());
        exporter.2.shutdown_with_timeout(Duration::from_secs(20)).expect("all ended");
        let sizes = sent.lock().expect("not poisoned");
        assert!(sizes.iter().all(|size| *size <= BATCH_BYTES), "{sizes:?}");
        assert!(sizes.len() > 16 && sizes.iter().sum::<usize>() > 512 * 32_768, "{sizes:?}");
        assert_eq!((exporter.1.delivered(), exporter.1.waiting_bytes()), (512, 0));
    }
}
