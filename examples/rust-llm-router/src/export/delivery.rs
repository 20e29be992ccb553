//! Sends a batch until it is taken.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tokio::sync::watch;

use super::counts::{SpanCounts, UnderWay};
use super::otlp_sink::Sink;
use super::outcome::Outcome;
use super::retry_pauses::RetryPauses;
use crate::outage::Outage;
use crate::redaction::masked;

/// While the program ends.
const LAST_DELAY: Duration = Duration::from_millis(100);

pub type Deadline = watch::Receiver<Option<Instant>>;

/// What all batches share.
pub struct Delivery<S> {
    sink: S,
    counts: Arc<SpanCounts>,
    /// The endpoint is away.
    outage: Outage,
    /// Spans are lost, by refusal or by age.
    losses: Outage,
    /// Batches are taken in part, or with a warning.
    in_part: Outage,
}

pub struct Batch {
    pub request: ExportTraceServiceRequest,
    pub under_way: UnderWay,
}

impl<S: Sink> Delivery<S> {
    pub fn new(sink: S, counts: Arc<SpanCounts>) -> Delivery<S> {
        let [outage, losses, in_part] = std::array::from_fn(|_| Outage::default());
        Delivery { sink, counts, outage, losses, in_part }
    }

    pub async fn deliver(&self, batch: Batch, mut deadline: Deadline) {
        let Batch { request, under_way } = batch;
        let mut pauses = RetryPauses::new(Instant::now());
        loop {
            let (reason, asked) = match self.attempt(&request, &mut deadline).await {
                Outcome::Taken { rejected, message } => return self.taken(under_way, rejected, &message),
                Outcome::Refused { reason } => return self.lose(under_way, &reason),
                Outcome::Later { reason, after } => (reason, after),
            };
            let ends = *deadline.borrow();
            let pause = match ends {
                None => pauses.next(Instant::now(), asked, rand::random()),
                Some(ends) => (Instant::now() < ends).then_some(LAST_DELAY),
            };
            let Some(pause) = pause else { return self.lose(under_way, &reason) };
            if self.outage.failed() {
                tracing::warn!(
                    reason = masked(&reason),
                    waiting = self.counts.waiting(),
                    "the OTLP endpoint takes no spans; they are kept and sent again"
                );
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                // The program ends: once more, at once.
                Ok(()) = deadline.changed() => {}
            }
        }
    }

    /// Keeps to the deadline, also to one that comes while it is under way.
    async fn attempt(&self, request: &ExportTraceServiceRequest, deadline: &mut Deadline) -> Outcome {
        let mut sent = pin!(self.sink.send(request));
        loop {
            let ends = *deadline.borrow_and_update();
            tokio::select! {
                outcome = &mut sent => return outcome,
                () = passed(ends) => return Outcome::unreachable("not taken before the program's end"),
                Ok(()) = deadline.changed() => {}
            }
        }
    }

    fn taken(&self, under_way: UnderWay, rejected: usize, message: &str) {
        under_way.taken(rejected);
        if self.outage.recovered() {
            tracing::info!(waiting = self.counts.waiting(), "the OTLP endpoint takes spans again");
        }
        if (rejected > 0 || !message.is_empty()) && self.in_part.failed() {
            let reason = masked(message);
            tracing::warn!(rejected, reason, lost = self.counts.lost(), "the OTLP endpoint took a batch in part");
        }
    }

    fn lose(&self, under_way: UnderWay, reason: &str) {
        let spans = under_way.spans();
        drop(under_way);
        if self.losses.failed() {
            let reason = masked(reason);
            tracing::error!(spans, reason, lost = self.counts.lost(), "spans are lost");
        }
    }
}

async fn passed(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
