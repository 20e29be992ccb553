//! W3C trace context in and out. https://www.w3.org/TR/trace-context/

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
/// Of a tracestate, and characters of its keys and values.
const MAX_MEMBERS: usize = 32;
const MAX_PART_LENGTH: usize = 256;
/// Characters of a whole tracestate: as much as everyone has to pass on (section "tracestate Limits").
const MAX_TRACESTATE_LENGTH: usize = 512;

/// What a caller's headers say.
pub enum Caller {
    /// No `traceparent`: a new trace.
    None,
    /// A `traceparent` that is none: a new trace, too (section "Processing model").
    Malformed,
    Parent(Context),
}

pub fn read_caller(headers: &HeaderMap) -> Caller {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let Some(first) = values.next() else { return Caller::None };
    let valid = values.next().is_none() && first.to_str().is_ok_and(|text| is_traceparent(text.trim()));
    if !valid {
        return Caller::Malformed;
    }
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    if context.span().span_context().is_valid() { Caller::Parent(context) } else { Caller::Malformed }
}

/// Stricter than the propagator, which takes ids of other lengths.
fn is_traceparent(text: &str) -> bool {
    let bytes = text.as_bytes();
    let hex = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
    };
    let dash = |at: usize| bytes.get(at) == Some(&b'-');
    let shape = hex(0..2) && dash(2) && hex(3..35) && dash(35) && hex(36..52) && dash(52) && hex(53..55);
    // Version 00 ends there; later ones may go on after a dash; ff is none.
    shape && !text.starts_with("ff") && (bytes.len() == 55 || (!text.starts_with("00") && dash(55)))
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Joins several `tracestate` headers to one, as W3C asks, and takes away what is none, as it asks too (section "Parsing
/// the tracestate field"): the propagator lets some of it pass. Of one that is too long, whole members go: those that do
/// not fit beside the ones before them, as in the TypeScript SDK.
pub fn tidy_tracestate(headers: &mut HeaderMap) {
    let values: Vec<Option<&str>> = headers.get_all(TRACESTATE).iter().map(|value| value.to_str().ok()).collect();
    let joined = values.into_iter().collect::<Option<Vec<_>>>().map(|values| values.join(","));
    let checked = joined.filter(|joined| is_tracestate(joined)).map(shortened);
    match checked.and_then(|checked| HeaderValue::from_str(&checked).ok()) {
        Some(value) => headers.insert(TRACESTATE, value),
        None => headers.remove(TRACESTATE),
    };
}

fn shortened(tracestate: String) -> String {
    if tracestate.len() <= MAX_TRACESTATE_LENGTH {
        return tracestate;
    }
    let mut short = String::with_capacity(MAX_TRACESTATE_LENGTH);
    for member in
        tracestate.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty())
    {
        let comma = if short.is_empty() { "" } else { "," };
        if short.len() + comma.len() + member.len() <= MAX_TRACESTATE_LENGTH {
            short.push_str(comma);
            short.push_str(member);
        }
    }
    short
}

fn is_tracestate(text: &str) -> bool {
    let mut members =
        text.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty()).peekable();
    members.peek().is_some() && members.by_ref().take(MAX_MEMBERS).all(is_member) && members.next().is_none()
}

fn is_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else { return false };
    let key_starts = key.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
    let in_key = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    let in_value = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'=';
    key_starts
        && key.len() <= MAX_PART_LENGTH
        && key.bytes().all(in_key)
        && (1..=MAX_PART_LENGTH).contains(&value.len())
        && value.bytes().all(in_value)
}

/// `traceparent` and, where there is one, `tracestate` for a request that `context` sends.
pub fn outgoing(context: &Context) -> Vec<(String, String)> {
    let mut pairs = Pairs(Vec::with_capacity(2));
    TraceContextPropagator::new().inject_context(context, &mut pairs);
    pairs.0
}

struct Pairs(Vec<(String, String)>);

impl Injector for Pairs {
    fn set(&mut self, key: &str, value: String) {
        if !value.is_empty() {
            self.0.push((key.to_owned(), value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).expect("a header value"));
        }
        headers
    }

    #[test]
    fn a_valid_traceparent_is_the_parent_and_travels_on() {
        let mut all = headers(&[(TRACEPARENT, VALID), (TRACESTATE, "ot=th:8"), (TRACESTATE, "congo=t61")]);
        tidy_tracestate(&mut all);
        let Caller::Parent(context) = read_caller(&all) else { panic!("a parent") };
        assert_eq!(
            outgoing(&context),
            [(TRACEPARENT.to_owned(), VALID.to_owned()), (TRACESTATE.to_owned(), "ot=th:8,congo=t61".to_owned())]
        );
        let later = VALID.replacen("00", "cc", 1) + "-what-will-be";
        assert!(matches!(read_caller(&headers(&[(TRACEPARENT, &later)])), Caller::Parent(_)));
        assert!(matches!(read_caller(&headers(&[])), Caller::None));
    }

    #[test]
    fn a_malformed_one_is_ignored() {
        for text in [
            "",
            "00",
            "garbage",
            &VALID[..54],
            &(VALID.to_owned() + "-"),
            &(VALID.to_owned() + "0"),
            &VALID.to_uppercase(),
            &VALID.replacen("00", "ff", 1),
            &VALID.replacen("00-", "0-", 1),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f35-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            &format!("{VALID},{VALID}"),
        ] {
            assert!(matches!(read_caller(&headers(&[(TRACEPARENT, text)])), Caller::Malformed), "{text}");
        }
        assert!(matches!(read_caller(&headers(&[(TRACEPARENT, VALID), (TRACEPARENT, VALID)])), Caller::Malformed));
    }

    #[test]
    fn of_a_tracestate_that_is_too_long_whole_members_go() {
        let member = |key: &str, length: usize| format!("{key}={}", "v".repeat(length - key.len() - 1));
        for (given, kept) in [
            (vec![member("a", 256), member("b", 255)], vec![0, 1]),
            (vec![member("a", 256), member("b", 256)], vec![0]),
            (vec![member("a", 200), member("b", 200), member("c", 200), member("ot", 9)], vec![0, 1, 3]),
            (vec![member("a", 256); 31], vec![0]),
        ] {
            let mut all = headers(&[(TRACESTATE, &given.join(","))]);
            tidy_tracestate(&mut all);
            let kept: Vec<&str> = kept.into_iter().map(|index| given[index].as_str()).collect();
            assert_eq!(all[TRACESTATE], kept.join(","));
            assert!(all[TRACESTATE].len() <= MAX_TRACESTATE_LENGTH);
        }
    }

    #[test]
    fn a_malformed_tracestate_is_left_and_the_parent_stays() {
        let many = (0..33).map(|index| format!("k{index}=v")).collect::<Vec<_>>().join(",");
        for text in [
            "",
            ",",
            "= ,,=x",
            "a",
            "a=",
            "=b",
            "A=b",
            "a=b=c",
            "a b=c",
            "a=é",
            &format!("a={}", "x".repeat(257)),
            &many,
        ] {
            let mut all = headers(&[(TRACEPARENT, VALID), (TRACESTATE, text)]);
            tidy_tracestate(&mut all);
            let Caller::Parent(context) = read_caller(&all) else { panic!("a parent") };
            assert_eq!(outgoing(&context), [(TRACEPARENT.to_owned(), VALID.to_owned())], "{text}");
        }
        for text in ["a=b", "a=b , c@d=e f", "0a*=~", ",a=b,"] {
            let mut all = headers(&[(TRACESTATE, text)]);
            tidy_tracestate(&mut all);
            assert_eq!(all[TRACESTATE], text);
        }
    }
}
