//! How many requests at once, and how many a second from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api_error::ApiError;

/// Addresses remembered; those with a full allowance are forgotten first.
const MAX_ADDRESSES: usize = 10_000;

pub struct Limits {
    concurrent: Arc<Semaphore>,
    rate: Option<RateLimit>,
}

impl Limits {
    /// `rate_per_second`: 0 is no limit.
    pub fn new(max_concurrent: usize, rate_per_second: u32) -> Limits {
        Limits {
            concurrent: Arc::new(Semaphore::new(max_concurrent)),
            rate: (rate_per_second > 0).then(|| RateLimit::new(rate_per_second)),
        }
    }

    /// The permit is held until the answer's last byte; the error is a 429 that says when to come again.
    pub fn admit(&self, client: IpAddr) -> Result<OwnedSemaphorePermit, ApiError> {
        if let Some(Err(wait)) = self.rate.as_ref().map(|rate| rate.take(client, Instant::now())) {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit_exceeded",
                "too many requests a second from this address; come again after the seconds in Retry-After",
            )
            .retry_after(wait));
        }
        self.concurrent.clone().try_acquire_owned().map_err(|_| {
            ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "concurrency_limit_exceeded",
                "too many requests at once; come again after the seconds in Retry-After",
            )
            .retry_after(Duration::from_secs(1))
        })
    }
}

/// A token bucket for each address, kept as the time at which it is full again (the "generic cell rate algorithm").
struct RateLimit {
    interval: Duration,
    burst: Duration,
    full_at: Mutex<HashMap<IpAddr, Instant>>,
}

impl RateLimit {
    /// Bursts of one second's allowance.
    fn new(per_second: u32) -> RateLimit {
        let interval = Duration::from_secs(1) / per_second;
        RateLimit { interval, burst: interval * per_second, full_at: Mutex::default() }
    }

    /// The error is how long to wait.
    fn take(&self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if full_at.len() >= MAX_ADDRESSES && !full_at.contains_key(&client) {
            full_at.retain(|_, full| *full > now);
            // An attack from very many addresses: who has waited longest is forgotten with the others.
            if full_at.len() >= MAX_ADDRESSES {
                full_at.clear();
            }
        }
        let before = full_at.get(&client).copied().filter(|full| *full > now).unwrap_or(now);
        let after = before + self.interval;
        let ahead = after - now;
        if ahead > self.burst {
            return Err(ahead - self.burst);
        }
        full_at.insert(client, after);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn a_burst_passes_then_one_an_interval_each_address_for_itself() {
        let rate = RateLimit::new(10);
        let start = Instant::now();
        let passed = (0..20).filter(|_| rate.take(ONE, start).is_ok()).count();
        assert_eq!(passed, 10);
        assert_eq!(rate.take(ONE, start), Err(Duration::from_millis(100)));
        assert!(rate.take(OTHER, start).is_ok());
        let later = start + Duration::from_millis(250);
        assert_eq!((0..20).filter(|_| rate.take(ONE, later).is_ok()).count(), 2);
        let much_later = start + Duration::from_secs(3600);
        assert_eq!((0..20).filter(|_| rate.take(ONE, much_later).is_ok()).count(), 10);
    }

    #[test]
    fn addresses_remembered_are_bounded() {
        let rate = RateLimit::new(1);
        let now = Instant::now();
        for address in 0..(MAX_ADDRESSES as u32 * 2) {
            let _ = rate.take(IpAddr::from(address.to_be_bytes()), now);
        }
        assert!(rate.full_at.lock().expect("not poisoned").len() <= MAX_ADDRESSES);
    }

    #[test]
    fn permits_come_back() {
        let limits = Limits::new(1, 0);
        let permit = limits.admit(ONE).expect("the first");
        let refused = limits.admit(ONE).expect_err("the second");
        assert_eq!((refused.status, refused.code), (StatusCode::TOO_MANY_REQUESTS, "concurrency_limit_exceeded"));
        drop(permit);
        assert!(limits.admit(ONE).is_ok());
    }
}
