//! The entry `ot=th:…;rv:…;…` of a W3C tracestate.
//! https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/

use opentelemetry::trace::TraceState;

use super::threshold::{Randomness, Threshold};

/// Characters of the whole entry (specification, "TraceState Handling").
const MAX_ENTRY_LENGTH: usize = 256;
/// https://www.w3.org/TR/trace-context-2/#tracestate-limits
const MAX_MEMBERS: usize = 32;
const MAX_LENGTH: usize = 512;
const LONG_MEMBER: usize = 128;

#[derive(Debug, Default, Clone, PartialEq)]
pub struct OtEntry {
    pub threshold: Option<Threshold>,
    pub randomness: Option<Randomness>,
    /// `rv` as it came, to be written again.
    rv: Option<String>,
    /// The other sub-keys as they came.
    others: Vec<String>,
    /// Something was left out above: worth writing anew, since some parsers refuse the whole entry then.
    pub malformed: bool,
}

impl OtEntry {
    /// What is malformed is left out. A value over 256 characters is no tracestate, and does not come so far.
    pub fn read(state: &TraceState) -> OtEntry {
        let mut entry = OtEntry::default();
        let value = match state.get("ot") {
            None | Some("") => return entry,
            Some(value) => value,
        };
        for member in value.split(';') {
            match member.split_once(':') {
                Some(("th", digits)) if entry.threshold.is_none() && Threshold::parse(digits).is_some() => {
                    entry.threshold = Threshold::parse(digits);
                }
                Some(("rv", digits)) if entry.randomness.is_none() && Randomness::parse(digits).is_some() => {
                    entry.randomness = Randomness::parse(digits);
                    entry.rv = Some(digits.to_owned());
                }
                Some((key, text)) if !matches!(key, "th" | "rv") && is_sub_member(key, text) => {
                    entry.others.push(member.to_owned())
                }
                _ => entry.malformed = true,
            }
        }
        entry
    }

    /// The tracestate with this entry in front, and `threshold` in place of its own. Other vendors' entries stay, unless
    /// W3C's limits (32 entries, 512 characters) ask for room: then long ones go first, else the oldest.
    pub fn write(&self, state: &TraceState, threshold: Option<Threshold>) -> TraceState {
        let mut parts = Vec::with_capacity(2 + self.others.len());
        parts.extend(threshold.map(|threshold| format!("th:{}", threshold.digits())));
        parts.extend(self.rv.as_ref().map(|digits| format!("rv:{digits}")));
        parts.extend(self.others.iter().cloned());
        while parts.iter().map(|part| part.len() + 1).sum::<usize>() > MAX_ENTRY_LENGTH + 1 {
            parts.pop();
        }
        let foreign = state.delete("ot").unwrap_or_else(|_| state.clone());
        if parts.is_empty() {
            return foreign;
        }
        let value = parts.join(";");
        let header = foreign.header();
        let mut members: Vec<&str> = header.split(',').filter(|member| !member.is_empty()).collect();
        let first = "ot=".len() + value.len();
        loop {
            let length = first + members.iter().map(|member| member.len() + 1).sum::<usize>();
            if members.is_empty() || (members.len() < MAX_MEMBERS && length <= MAX_LENGTH) {
                break;
            }
            let long = members.iter().rposition(|member| member.len() > LONG_MEMBER).filter(|_| length > MAX_LENGTH);
            members.remove(long.unwrap_or(members.len() - 1));
        }
        let rest = members.iter().filter_map(|member| member.split_once('='));
        TraceState::from_key_value(std::iter::once(("ot", value.as_str())).chain(rest)).unwrap_or_default()
    }
}

fn is_sub_member(key: &str, text: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn state(header: &str) -> TraceState {
        TraceState::from_str(header).expect("a tracestate")
    }

    #[test]
    fn an_entry_is_read_and_written_again() {
        let read = OtEntry::read(&state("ot=th:c;rv:d29d6a7215ced0;pn:abc,congo=t61"));
        assert_eq!(read.threshold, Threshold::parse("c"));
        assert_eq!(read.randomness, Randomness::parse("d29d6a7215ced0"));
        assert!(!read.malformed);
        let written = read.write(&state("ot=th:c;rv:d29d6a7215ced0;pn:abc,congo=t61"), Threshold::parse("8"));
        assert_eq!(written.header(), "ot=th:8;rv:d29d6a7215ced0;pn:abc,congo=t61");
        assert_eq!(read.write(&state("congo=t61"), None).header(), "ot=rv:d29d6a7215ced0;pn:abc,congo=t61");
    }

    #[test]
    fn what_is_malformed_is_left_out() {
        for (header, written) in [
            ("ot=th:G,a=b", "a=b"),
            ("ot=th:123456789012345", ""),
            ("ot=rv:abc;th:8", "ot=th:8"),
            ("ot=th:8;th:c", "ot=th:8"),
            ("ot=th:8;;x", "ot=th:8"),
            ("ot=th:8;UP:x", "ot=th:8"),
        ] {
            let state = state(header);
            let entry = OtEntry::read(&state);
            assert!(entry.malformed, "{header}");
            assert_eq!(entry.write(&state, entry.threshold).header(), written, "{header}");
        }
        assert_eq!(OtEntry::read(&state("a=b")), OtEntry::default());
    }

    #[test]
    fn the_limits_of_w3c_are_kept() {
        let many: Vec<String> = (0..32).map(|index| format!("k{index}=v")).collect();
        let written = OtEntry::default().write(&state(&many.join(",")), Threshold::parse("8")).header();
        assert_eq!(written.split(',').count(), 32);
        assert!(written.starts_with("ot=th:8,k0=v,") && !written.contains("k31"), "{written}");

        let long = format!("a=b,l={},z=y,m={}", "x".repeat(250), "x".repeat(245));
        let written = OtEntry::default().write(&state(&long), Threshold::parse("8")).header();
        assert!(
            written.len() <= 512 && written.contains("z=y") && written.contains(",l=") && !written.contains(",m="),
            "{written}"
        );
    }
}
