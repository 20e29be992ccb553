//! What is away is said once, then at most once a minute, and its return once.

use std::sync::Mutex;
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub struct Outage {
    said: Mutex<Option<Instant>>,
}

impl Outage {
    /// Whether it is time to say so.
    pub fn failed(&self) -> bool {
        self.failed_at(Instant::now())
    }

    fn failed_at(&self, now: Instant) -> bool {
        let mut said = self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let due = said.is_none_or(|said| now.duration_since(said) >= MINUTE);
        if due {
            *said = Some(now);
        }
        due
    }

    /// Whether it was said to be away.
    pub fn recovered(&self) -> bool {
        self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_a_minute_and_after_a_recovery() {
        let outage = Outage::default();
        let start = Instant::now();
        let said = [0, 1, 59, 60, 61, 119, 120].map(|second| outage.failed_at(start + Duration::from_secs(second)));
        assert_eq!(said, [true, false, false, true, false, false, true]);
        assert!(outage.recovered() && !outage.recovered());
        assert!(outage.failed_at(start + Duration::from_secs(121)));
    }
}
