//! Sends a batch until it is taken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use super::queue::SpanCounts;
use crate::outage::Outage;
use crate::redaction::{mask_text, redact_span};

const FIRST_DELAY: Duration = Duration::from_millis(250);
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// While the program ends.
const LAST_DELAY: Duration = Duration::from_millis(100);
/// How long one batch is tried: as the collector's own exporters do by default.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

/// Batches under way at once. With one, which is all that the SDK's batch processor sends, a backend that answers slowly
/// gets a batch per answer, and the queue fills up behind it.
const IN_FLIGHT: u32 = 4;

/// Answers of a backend that will not change: sending again would only hold up the rest.
const REFUSALS: [&str; 10] = [
    "InvalidArgument",
    "Unimplemented",
    "PermissionDenied",
    "Unauthenticated",
    "NotFound",
    "FailedPrecondition",
    "400",
    "401",
    "403",
    "404",
];

/// Masks, sends, and sends again with growing pauses while the backend is away, instead of the exporter's own few retries.
/// A batch counts as exported when it is under way: what became of it stands in `counts`. The batch processor calls it from a thread without a runtime; the work itself runs on `runtime`.
pub struct DeliveringExporter<E> {
    inner: Arc<E>,
    runtime: Handle,
    counts: Arc<SpanCounts>,
    outage: Arc<Outage>,
    deadline: watch::Receiver<Option<Instant>>,
    in_flight: Arc<Semaphore>,
}

impl<E> std::fmt::Debug for DeliveringExporter<E> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DeliveringExporter")
    }
}

impl<E: SpanExporter + 'static> DeliveringExporter<E> {
    /// `deadline` holds a time once the program is ending.
    pub fn new(inner: E, runtime: Handle, counts: Arc<SpanCounts>, deadline: watch::Receiver<Option<Instant>>) -> Self {
        let in_flight = Arc::new(Semaphore::new(IN_FLIGHT as usize));
        DeliveringExporter { inner: Arc::new(inner), runtime, counts, outage: Arc::default(), deadline, in_flight }
    }
}

impl<E: SpanExporter + 'static> SpanExporter for DeliveringExporter<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(redact_span);
        let (inner, counts, outage) = (self.inner.clone(), self.counts.clone(), self.outage.clone());
        let work = deliver(inner, batch, counts, outage, self.deadline.clone());
        let Ok(permit) = self.in_flight.clone().acquire_owned().await else {
            return Err(OTelSdkError::AlreadyShutdown);
        };
        self.runtime.spawn(async move {
            let _under_way = permit;
            work.await;
        });
        Ok(())
    }

    /// Waits for what is under way: until the deadline, to which every delivery keeps itself, or else for `timeout`.
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let patience = match *self.deadline.borrow() {
            Some(ends) => ends.saturating_duration_since(Instant::now()) + LAST_DELAY,
            None => timeout,
        };
        let all_done = async { tokio::time::timeout(patience, self.in_flight.acquire_many(IN_FLIGHT)).await.is_ok() };
        let ended = self.runtime.block_on(all_done);
        let stopped = self.inner.shutdown();
        if ended { stopped } else { Err(OTelSdkError::Timeout(patience)) }
    }

    fn set_resource(&mut self, resource: &Resource) {
        // Called once, before any batch: nobody else holds it.
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.set_resource(resource);
        }
    }
}

async fn deliver<E: SpanExporter>(
    inner: Arc<E>,
    batch: Vec<SpanData>,
    counts: Arc<SpanCounts>,
    outage: Arc<Outage>,
    mut deadline: watch::Receiver<Option<Instant>>,
) {
    let started = Instant::now();
    let mut delay = FIRST_DELAY;
    loop {
        let ends = *deadline.borrow_and_update();
        let error = match attempt(&*inner, &batch, ends).await {
            Ok(()) => {
                counts.add_delivered(batch.len());
                if outage.recovered() {
                    tracing::info!(waiting = counts.waiting(), "the OTLP endpoint takes spans again");
                }
                return;
            }
            Err(error) => error,
        };
        let reason = error.to_string();
        let refused = REFUSALS.iter().any(|refusal| reason.contains(refusal));
        if refused || started.elapsed() >= GIVE_UP_AFTER || ends.is_some_and(|ends| Instant::now() >= ends) {
            counts.add_failed(batch.len());
            let reason = mask_text(&reason).unwrap_or(reason);
            tracing::error!(spans = batch.len(), reason, "spans are lost");
            return;
        }
        if outage.failed() {
            let reason = mask_text(&reason).unwrap_or(reason);
            tracing::warn!(
                reason,
                waiting = counts.waiting(),
                "the OTLP endpoint takes no spans; they are kept and sent again"
            );
        }
        let pause = if ends.is_some() { LAST_DELAY } else { delay };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // The program ends: once more, at once.
            Ok(()) = deadline.changed() => {}
        }
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

async fn attempt<E: SpanExporter>(inner: &E, batch: &[SpanData], ends: Option<Instant>) -> OTelSdkResult {
    let export = inner.export(batch.to_vec());
    match ends {
        None => export.await,
        Some(ends) => match tokio::time::timeout_at(ends.into(), export).await {
            Ok(result) => result,
            Err(_) => Err(OTelSdkError::InternalFailure("not taken before the program's end".to_owned())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
    use std::borrow::Cow;
    use std::time::SystemTime;
    use tokio::sync::Barrier;

    /// Answers only when as many batches have come as may be in flight.
    #[derive(Debug)]
    struct AnswersTogether(Barrier);

    impl SpanExporter for AnswersTogether {
        async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.wait().await;
            Ok(())
        }
    }

    fn span() -> SpanData {
        SpanData {
            span_context: SpanContext::new(
                TraceId::from(1),
                SpanId::from(1),
                TraceFlags::SAMPLED,
                false,
                TraceState::default(),
            ),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: Cow::Borrowed("work"),
            start_time: SystemTime::now(),
            end_time: SystemTime::now(),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: Default::default(),
            links: Default::default(),
            status: Status::Unset,
            instrumentation_scope: Default::default(),
        }
    }

    #[test]
    fn several_batches_are_under_way_at_once_and_the_end_waits_for_all() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let counts = Arc::new(SpanCounts::default());
        let (_ending, deadline) = watch::channel(None);
        let together = AnswersTogether(Barrier::new(IN_FLIGHT as usize));
        let exporter = DeliveringExporter::new(together, runtime.handle().clone(), counts.clone(), deadline);
        for _ in 0..2 * IN_FLIGHT {
            runtime.block_on(exporter.export(vec![span(), span()])).expect("taken");
        }
        exporter.shutdown_with_timeout(Duration::from_secs(20)).expect("all ended");
        assert_eq!(counts.delivered(), u64::from(4 * IN_FLIGHT));
    }

    #[test]
    fn the_end_waits_no_longer_than_it_may() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let counts = Arc::new(SpanCounts::default());
        let (_ending, deadline) = watch::channel(Some(Instant::now()));
        // One batch is one too few for an answer.
        let together = AnswersTogether(Barrier::new(2));
        let exporter = DeliveringExporter::new(together, runtime.handle().clone(), counts.clone(), deadline);
        runtime.block_on(exporter.export(vec![span()])).expect("taken");
        exporter.shutdown_with_timeout(Duration::from_secs(20)).expect("given up, counted");
        assert_eq!((counts.delivered(), counts.lost()), (0, 1));
    }
}
