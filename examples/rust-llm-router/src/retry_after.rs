//! When an upstream wants to be asked again: `Retry-After` in seconds, or as a date.
//! https://www.rfc-editor.org/rfc/rfc9110#field.retry-after

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

const LONGEST: f64 = 86_400.0;

/// `now` is what a date is compared with.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (0.0..=LONGEST).contains(&seconds).then(|| Duration::from_secs_f64(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let delay = date.duration_since(now).unwrap_or_default();
    (delay.as_secs_f64() <= LONGEST).then_some(delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read() {
        // 2026-11-25T12:00:00Z
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_608_000);
        for (text, expected) in [
            ("2", Some(2000)),
            (" 0.5 ", Some(500)),
            ("-1", None),
            ("soon", None),
            ("1e9", None),
            ("NaN", None),
            ("Wed, 25 Nov 2026 12:00:03 GMT", Some(3000)),
            ("Wed, 25 Nov 2026 11:00:00 GMT", Some(0)),
            ("Fri, 25 Dec 2026 12:00:00 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a header value"));
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_millis), "{text}");
        }
    }
}
