//! Sends a batch until it is taken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::queue::SpanCounts;
use crate::outage::Outage;
use crate::redaction::{mask_text, redact_span};

const FIRST_DELAY: Duration = Duration::from_millis(250);
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// While the program ends.
const LAST_DELAY: Duration = Duration::from_millis(100);
/// How long one batch is tried: as the collector's own exporters do by default.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

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
/// The batch processor calls it from a thread without a runtime; the work itself runs on `runtime`.
pub struct DeliveringExporter<E> {
    inner: Arc<E>,
    runtime: Handle,
    counts: Arc<SpanCounts>,
    outage: Arc<Outage>,
    deadline: watch::Receiver<Option<Instant>>,
}

impl<E> std::fmt::Debug for DeliveringExporter<E> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DeliveringExporter")
    }
}

impl<E: SpanExporter + 'static> DeliveringExporter<E> {
    /// `deadline` holds a time once the program is ending.
    pub fn new(inner: E, runtime: Handle, counts: Arc<SpanCounts>, deadline: watch::Receiver<Option<Instant>>) -> Self {
        DeliveringExporter { inner: Arc::new(inner), runtime, counts, outage: Arc::default(), deadline }
    }
}

impl<E: SpanExporter + 'static> SpanExporter for DeliveringExporter<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(redact_span);
        let (inner, counts, outage) = (self.inner.clone(), self.counts.clone(), self.outage.clone());
        let work = deliver(inner, batch, counts, outage, self.deadline.clone());
        match self.runtime.spawn(work).await {
            Ok(result) => result,
            Err(error) => Err(OTelSdkError::InternalFailure(error.to_string())),
        }
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown()
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
) -> OTelSdkResult {
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
                return Ok(());
            }
            Err(error) => error,
        };
        let reason = error.to_string();
        let refused = REFUSALS.iter().any(|refusal| reason.contains(refusal));
        if refused || started.elapsed() >= GIVE_UP_AFTER || ends.is_some_and(|ends| Instant::now() >= ends) {
            counts.add_failed(batch.len());
            let reason = mask_text(&reason).unwrap_or(reason);
            tracing::error!(spans = batch.len(), reason, "spans are lost");
            return Err(error);
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
