//! How long a batch that was not taken waits before it is sent again, and for how long at all.

use std::time::{Duration, Instant};

const FIRST_DELAY: Duration = Duration::from_millis(250);
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// How long one batch is tried: as the collector's own exporters do by default.
const GIVE_UP_AFTER: Duration = Duration::from_secs(300);

pub struct RetryPauses {
    started: Instant,
    delay: Duration,
}

impl RetryPauses {
    pub fn new(now: Instant) -> RetryPauses {
        RetryPauses { started: now, delay: FIRST_DELAY }
    }

    /// Doubled each time; as long as the endpoint has `asked` for, if that is longer, but no longer than the batch is kept:
    /// then it is tried a last time. `chance`, from 0 to 1, takes up to half of it away, so that programs that failed
    /// together do not come again together. None: it is given up.
    pub fn next(&mut self, now: Instant, asked: Option<Duration>, chance: f64) -> Option<Duration> {
        let left = GIVE_UP_AFTER.saturating_sub(now.duration_since(self.started));
        if left.is_zero() {
            return None;
        }
        let own = self.delay.mul_f64(1.0 - chance / 2.0);
        self.delay = (self.delay * 2).min(LONGEST_DELAY);
        Some(own.max(asked.unwrap_or_default()).min(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ_by_chance() {
        for (chance, expected) in [(0.0, [250, 500, 1000, 2000, 4000, 5000]), (1.0, [125, 250, 500, 1000, 2000, 2500])]
        {
            let now = Instant::now();
            let mut pauses = RetryPauses::new(now);
            let found = expected.map(|_| pauses.next(now, None, chance).expect("a pause").as_millis());
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_the_endpoint_asks_for_is_kept_to_within_the_time_of_a_batch() {
        let start = Instant::now();
        for (age, asked, expected) in
            [(0, 7, Some(7)), (0, 0, None), (0, 300, Some(300)), (0, 86_400, Some(300)), (290, 60, Some(10))]
        {
            let pause =
                RetryPauses::new(start).next(start + Duration::from_secs(age), Some(Duration::from_secs(asked)), 0.0);
            assert_eq!(pause, Some(expected.map_or(FIRST_DELAY, Duration::from_secs)), "{age} {asked}");
        }
        assert_eq!(RetryPauses::new(start).next(start + GIVE_UP_AFTER, None, 0.0), None);
    }
}
