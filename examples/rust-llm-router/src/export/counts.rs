//! What ended, what was delivered and what was lost, so that no span goes without a word.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// How much a batch, or all that waits, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    pub spans: usize,
    /// As `span_bytes` estimates them.
    pub bytes: usize,
}

#[derive(Debug, Default)]
pub struct SpanCounts {
    accepted: AtomicU64,
    delivered: AtomicU64,
    /// No room in the queue.
    dropped: AtomicU64,
    /// Refused by the backend, or not delivered in time.
    failed: AtomicU64,
    waiting_bytes: AtomicUsize,
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

    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn accept(&self, bytes: usize) {
        self.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there are by now.
    pub(super) fn drop_one(&self) -> u64 {
        self.dropped.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A batch is done with: `lost` of its spans did not arrive.
    pub(super) fn settle(&self, batch: Load, lost: usize) {
        let lost = lost.min(batch.spans);
        self.failed.fetch_add(lost as u64, Ordering::Relaxed);
        self.delivered.fetch_add((batch.spans - lost) as u64, Ordering::Relaxed);
        self.waiting_bytes.fetch_sub(batch.bytes, Ordering::Relaxed);
    }
}
