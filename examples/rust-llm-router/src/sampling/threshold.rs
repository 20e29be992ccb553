//! Rejection thresholds: 56 bits, written as up to 14 hex digits with the trailing zeros cut. A trace is kept when its
//! 56 random bits are at or above the threshold.

use std::fmt::Write;

use opentelemetry::TraceId;

const TWO_POW_56: f64 = (1u64 << 56) as f64;
/// `1 - ratio` is a multiple of 2^-53, so the highest threshold that a ratio makes is 8 below 2^56.
const HIGHEST: u64 = (1 << 56) - 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u64);

/// The 56 bits that a decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Randomness(u64);

impl Threshold {
    /// `None` at 0, for which there is no threshold, and outside 0 to 1. Ratios below 2^-53 count as 2^-53.
    pub fn of_ratio(ratio: f64) -> Option<Threshold> {
        if !(ratio > 0.0 && ratio <= 1.0) {
            return None;
        }
        Some(Threshold((((1.0 - ratio) * TWO_POW_56) as u64).min(HIGHEST)))
    }

    /// 1 to 14 lower-case hex digits, as `th` has them.
    pub fn parse(digits: &str) -> Option<Threshold> {
        let bits = hex_bits(digits, 1)?;
        Some(Threshold(bits << (4 * (14 - digits.len()))))
    }

    pub fn digits(self) -> String {
        let mut digits = String::with_capacity(14);
        let _ = write!(digits, "{:014x}", self.0);
        digits.truncate(digits.trim_end_matches('0').len().max(1));
        digits
    }

    pub fn keeps(self, randomness: Randomness) -> bool {
        randomness.0 >= self.0
    }
}

impl Randomness {
    /// The last 56 bits of the trace id.
    pub fn of_trace_id(trace_id: TraceId) -> Randomness {
        let bytes = trace_id.to_bytes();
        Randomness(u64::from_be_bytes(bytes[8..].try_into().expect("8 of 16 bytes")) & ((1 << 56) - 1))
    }

    /// 14 lower-case hex digits, as `rv` has them.
    pub fn parse(digits: &str) -> Option<Randomness> {
        hex_bits(digits, 14).map(Randomness)
    }
}

/// Lower case only: the specification compares digits as text.
fn hex_bits(digits: &str, least: usize) -> Option<u64> {
    let valid =
        (least..=14).contains(&digits.len()) && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    valid.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification's tables of thresholds and their probabilities, and from the SDK of this repository.
    #[test]
    fn a_ratio_becomes_the_digits_of_the_specification() {
        for (ratio, digits) in [
            (1.0, "0"),
            (0.5, "8"),
            (0.25, "c"),
            (0.125, "e"),
            (0.1, "e6666666666668"),
            (0.01, "fd70a3d70a3d7"),
            (0.75, "4"),
            (2f64.powi(-53), "fffffffffffff8"),
            (1e-300, "fffffffffffff8"),
        ] {
            let threshold = Threshold::of_ratio(ratio).expect("within range");
            let shown = threshold.digits();
            assert!(shown.starts_with(digits), "{ratio}: {shown}");
            assert_eq!(Threshold::parse(&shown), Some(threshold), "{ratio}: {shown}");
        }
        for ratio in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Threshold::of_ratio(ratio), None, "{ratio}");
        }
    }

    #[test]
    fn digits_that_are_none_are_refused() {
        for digits in ["", "g", "E6", "123456789012345", "+1", " 8", "0x8", "é"] {
            assert_eq!(Threshold::parse(digits), None, "{digits:?}");
        }
        for digits in ["", "1234567890123", "123456789012345", "1234567890123G", "ABCDEFABCDEFAB"] {
            assert_eq!(Randomness::parse(digits), None, "{digits:?}");
        }
    }

    /// Examples of the specification: `th:c` (25 %) keeps randomness of at least c0000000000000.
    #[test]
    fn the_threshold_itself_is_kept_and_what_lies_below_is_not() {
        let threshold = Threshold::parse("c").expect("digits");
        assert!(threshold.keeps(Randomness::parse("c0000000000000").expect("digits")));
        assert!(threshold.keeps(Randomness::parse("d29d6a7215ced0").expect("digits")));
        assert!(!threshold.keeps(Randomness::parse("bfffffffffffff").expect("digits")));
        assert!(!threshold.keeps(Randomness::parse("00000000000000").expect("digits")));
    }

    #[test]
    fn the_last_56_bits_of_a_trace_id_decide() {
        let id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").expect("hex");
        assert_eq!(Randomness::of_trace_id(id), Randomness::parse("ce929d0e0e4736").expect("digits"));
    }
}
