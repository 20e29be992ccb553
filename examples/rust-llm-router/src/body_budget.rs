//! Memory that the bodies of all requests together may take.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::api_error::ApiError;

pub struct BodyBudget {
    free_bytes: Arc<Semaphore>,
}

impl BodyBudget {
    pub fn new(bytes: usize) -> BodyBudget {
        BodyBudget { free_bytes: Arc::new(Semaphore::new(bytes)) }
    }

    /// Nothing yet.
    pub fn share(&self) -> BodyShare {
        BodyShare { free_bytes: self.free_bytes.clone(), held: None }
    }
}

/// What one request holds of the budget, until it is dropped.
#[derive(Debug)]
pub struct BodyShare {
    free_bytes: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl BodyShare {
    /// Bytes that have come, not those that a head announces: who only announces holds nothing. The error is a 429 that
    /// says when to come again.
    pub fn grow(&mut self, bytes: usize) -> Result<(), ApiError> {
        let taken =
            u32::try_from(bytes).ok().and_then(|bytes| self.free_bytes.clone().try_acquire_many_owned(bytes).ok());
        let Some(taken) = taken else {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "body_budget_exceeded",
                "the bodies of the requests under way take all the memory there is for them; come again after the seconds in Retry-After",
            )
            .retry_after(Duration::from_secs(1)));
        };
        match &mut self.held {
            Some(held) => held.merge(taken),
            None => self.held = Some(taken),
        }
        Ok(())
    }

    /// Gives back what is held: what it stood for has gone.
    pub fn release(&mut self) {
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_grows_until_the_budget_is_used_up_and_gives_all_of_it_back() {
        let budget = BodyBudget::new(100);
        let (mut one, mut other) = (budget.share(), budget.share());
        assert!(one.grow(30).and_then(|()| one.grow(30)).is_ok() && other.grow(40).is_ok());
        let refused = other.grow(1).expect_err("nothing is left");
        assert_eq!((refused.status, refused.code), (StatusCode::TOO_MANY_REQUESTS, "body_budget_exceeded"));
        assert!(refused.retry_after.is_some());
        one.release();
        assert!(other.grow(60).is_ok() && other.grow(usize::MAX).is_err());
        drop(other);
        assert!(budget.share().grow(100).is_ok());
    }
}
