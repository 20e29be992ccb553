//! What ended, what was delivered and what was lost, so that no span goes without a word.

use std::sync::Arc;
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
    delivered: AtomicU64,
    /// No room in the queue.
    dropped: AtomicU64,
    /// Refused by the backend, or not delivered in time.
    failed: AtomicU64,
    waiting: AtomicUsize,
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
        self.waiting.load(Ordering::Relaxed) as u64
    }

    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes.load(Ordering::Relaxed)
    }

    /// Whether one more span, of so many bytes, fits. In one step: of two that end at once, only one takes the last place.
    pub(super) fn accept(&self, bytes: usize, most: Load) -> bool {
        if !add_within(&self.waiting, 1, most.spans) {
            return false;
        }
        let fits = add_within(&self.waiting_bytes, bytes, most.bytes);
        if !fits {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        fits
    }

    /// How many there are by now.
    pub(super) fn drop_one(&self) -> u64 {
        self.dropped.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn add_within(number: &AtomicUsize, more: usize, most: usize) -> bool {
    let sum = |now: usize| now.checked_add(more).filter(|sum| *sum <= most);
    number.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).is_ok()
}

/// Accepted spans that are being sent. Dropped, by a panic too, they are lost: room and counts are right in any case.
pub struct UnderWay {
    counts: Arc<SpanCounts>,
    load: Load,
    lost: usize,
}

impl UnderWay {
    pub fn new(counts: Arc<SpanCounts>, load: Load) -> UnderWay {
        UnderWay { counts, load, lost: load.spans }
    }

    pub fn spans(&self) -> usize {
        self.load.spans
    }

    /// All but `rejected` of them have arrived.
    pub fn taken(mut self, rejected: usize) {
        self.lost = rejected.min(self.load.spans);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let counts = &self.counts;
        counts.failed.fetch_add(self.lost as u64, Ordering::Relaxed);
        counts.delivered.fetch_add((self.load.spans - self.lost) as u64, Ordering::Relaxed);
        counts.waiting.fetch_sub(self.load.spans, Ordering::Relaxed);
        counts.waiting_bytes.fetch_sub(self.load.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::fence;

    /// The SDK's queue, which drops without a word, has room for what is accepted, and for no more.
    #[test]
    fn spans_that_end_at_once_do_not_take_the_same_place() {
        const ROUNDS: usize = 500_000;
        let one = Load { spans: 1, bytes: 10 };
        for most in [Load { spans: 1, bytes: usize::MAX }, Load { spans: usize::MAX, bytes: 19 }] {
            let (counts, holders, together) = (Arc::new(SpanCounts::default()), AtomicUsize::new(0), Barrier::new(4));
            std::thread::scope(|threads| {
                for _ in 0..4 {
                    threads.spawn(|| {
                        together.wait();
                        for _ in 0..ROUNDS {
                            if counts.accept(one.bytes, most) {
                                // The counts themselves order nothing else.
                                fence(Ordering::SeqCst);
                                assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0, "{most:?}");
                                // Others get their turn while this one holds the place.
                                std::thread::yield_now();
                                holders.fetch_sub(1, Ordering::SeqCst);
                                fence(Ordering::SeqCst);
                                UnderWay::new(counts.clone(), one).taken(0);
                            }
                        }
                    });
                }
            });
            assert_eq!((counts.waiting(), counts.waiting_bytes()), (0, 0));
            assert!(counts.delivered() >= 1);
        }
    }
}
