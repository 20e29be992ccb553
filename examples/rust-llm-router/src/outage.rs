//! What is away is said at most once a minute, however often it comes and goes, and the return of what was said to be away.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub struct Outage(Mutex<Said>);

#[derive(Debug, Default)]
struct Said {
    last: Option<Instant>,
    /// And not yet that it is back.
    away: bool,
}

impl Outage {
    /// Whether it is time to say so.
    pub fn failed(&self) -> bool {
        self.failed_at(Instant::now())
    }

    fn failed_at(&self, now: Instant) -> bool {
        let mut said = self.said();
        let due = said.last.is_none_or(|last| now.duration_since(last) >= MINUTE);
        if due {
            *said = Said { last: Some(now), away: true };
        }
        due
    }

    /// Whether it was said to be away.
    pub fn recovered(&self) -> bool {
        std::mem::take(&mut self.said().away)
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_a_minute_also_when_it_comes_and_goes() {
        let outage = Outage::default();
        let start = Instant::now();
        let said = [0, 1, 59, 60, 61, 119, 120].map(|second| outage.failed_at(start + Duration::from_secs(second)));
        assert_eq!(said, [true, false, false, true, false, false, true]);
        assert!(outage.recovered() && !outage.recovered());
        // It refuses every second time.
        let flapping =
            (121..=300).map(|second| (outage.failed_at(start + Duration::from_secs(second)), outage.recovered()));
        let said: Vec<(bool, bool)> = flapping.filter(|said| *said != (false, false)).collect();
        assert_eq!(said, [(true, true); 3]);
    }
}
