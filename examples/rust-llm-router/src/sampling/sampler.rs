//! The sampler itself.

use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

use super::ot_entry::OtEntry;
use super::threshold::{Randomness, Threshold};

/// Keeps a fixed share of new traces and writes it to `ot=th:…`. The decision depends on the trace's random bits alone
/// (`rv`, else the trace id): every service with the same ratio or a higher one agrees.
///
/// Parent-based, it follows the sampled flag of a valid parent. A remote parent's `th` travels on when it agrees with the
/// trace's randomness; one that contradicts it is erased, and none is made up where the probability is unknown: no weight
/// is better than a wrong one (specification, "Parent-based threshold").
#[derive(Debug, Clone)]
pub struct ThresholdSampler {
    /// None keeps nothing: probability 0 has no threshold.
    threshold: Option<Threshold>,
    parent_based: bool,
}

impl ThresholdSampler {
    /// `ratio`: 0 (nothing) to 1 (everything), as the settings have checked.
    pub fn new(ratio: f64, parent_based: bool) -> ThresholdSampler {
        ThresholdSampler { threshold: Threshold::of_ratio(ratio), parent_based }
    }

    /// In words, for the log.
    pub fn description(&self) -> String {
        let root = match self.threshold {
            Some(threshold) => format!("threshold th:{}", threshold.digits()),
            None => "keeps nothing".to_owned(),
        };
        if self.parent_based { format!("parent-based, {root}") } else { root }
    }

    fn decide(&self, trace_id: TraceId, inherited: &TraceState) -> SamplingResult {
        let entry = OtEntry::read(inherited);
        let randomness = entry.randomness.unwrap_or_else(|| Randomness::of_trace_id(trace_id));
        match self.threshold.filter(|threshold| threshold.keeps(randomness)) {
            Some(threshold) => result(true, entry.write(inherited, Some(threshold))),
            None if entry.threshold.is_none() && !entry.malformed => result(false, inherited.clone()),
            None => result(false, entry.write(inherited, None)),
        }
    }
}

impl ShouldSample for ThresholdSampler {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        _name: &str,
        _span_kind: &SpanKind,
        _attributes: &[KeyValue],
        _links: &[Link],
    ) -> SamplingResult {
        let span = parent_context.map(|context| context.span());
        let parent = span.as_ref().map(|span| span.span_context()).filter(|parent| parent.is_valid());
        match parent {
            None => self.decide(trace_id, &TraceState::default()),
            Some(parent) if !self.parent_based => self.decide(trace_id, parent.trace_state()),
            Some(parent) => follow(parent, trace_id),
        }
    }
}

fn follow(parent: &SpanContext, trace_id: TraceId) -> SamplingResult {
    let state = parent.trace_state();
    // A local parent's tracestate was checked when the first span of this process inherited it.
    if !parent.is_sampled() || !parent.is_remote() {
        return result(parent.is_sampled(), state.clone());
    }
    let entry = OtEntry::read(state);
    let randomness = entry.randomness.unwrap_or_else(|| Randomness::of_trace_id(trace_id));
    let consistent = entry.threshold.is_none_or(|threshold| threshold.keeps(randomness));
    if consistent && !entry.malformed {
        return result(true, state.clone());
    }
    result(true, entry.write(state, entry.threshold.filter(|_| consistent)))
}

fn result(kept: bool, trace_state: TraceState) -> SamplingResult {
    let decision = if kept { SamplingDecision::RecordAndSample } else { SamplingDecision::Drop };
    SamplingResult { decision, attributes: Vec::new(), trace_state }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{SpanId, TraceFlags};
    use std::str::FromStr;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn sample(sampler: &ThresholdSampler, trace: &str, parent: Option<(bool, bool, &str)>) -> (bool, String) {
        let trace_id = TraceId::from_hex(trace).expect("hex");
        let context = parent.map(|(sampled, remote, state)| {
            let flags = if sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
            let state = TraceState::from_str(state).expect("a tracestate");
            Context::new().with_remote_span_context(SpanContext::new(trace_id, SpanId::from(7), flags, remote, state))
        });
        let result = sampler.should_sample(context.as_ref(), trace_id, "span", &SpanKind::Server, &[], &[]);
        (result.decision == SamplingDecision::RecordAndSample, result.trace_state.header())
    }

    #[test]
    fn roots_are_decided_by_their_random_bits_and_say_the_threshold() {
        // The last 56 bits of the trace id: ce929d0e0e4736.
        for (ratio, kept, state) in [
            (1.0, true, "ot=th:0"),
            (0.5, true, "ot=th:8"),
            (0.25, true, "ot=th:c"),
            (0.1, false, ""),
            (0.0, false, ""),
        ] {
            for parent_based in [true, false] {
                let sampler = ThresholdSampler::new(ratio, parent_based);
                assert_eq!(sample(&sampler, TRACE, None), (kept, state.to_owned()), "{ratio}");
            }
        }
    }

    #[test]
    fn a_valid_parent_is_followed() {
        for sampler in [ThresholdSampler::new(1.0, true), ThresholdSampler::new(0.0, true)] {
            for (parent, expected) in [
                // Unchanged where th agrees with the randomness, or nothing is known of it.
                ((true, true, "ot=th:c"), (true, "ot=th:c")),
                ((true, true, "ot=th:c,congo=t61"), (true, "ot=th:c,congo=t61")),
                ((true, true, ""), (true, "")),
                ((true, true, "congo=t61"), (true, "congo=t61")),
                ((false, true, "ot=rv:ffffffffffffff"), (false, "ot=rv:ffffffffffffff")),
                // rv goes before the trace id.
                ((true, true, "ot=th:e;rv:f0000000000000"), (true, "ot=th:e;rv:f0000000000000")),
                ((true, true, "ot=th:c;rv:00000000000001"), (true, "ot=rv:00000000000001")),
                // Contradicts the randomness of the trace id; malformed.
                ((true, true, "ot=th:e,congo=t61"), (true, "congo=t61")),
                ((true, true, "ot=th:c;rv:zz"), (true, "ot=th:c")),
                // A local parent was checked before.
                ((true, false, "ot=th:e"), (true, "ot=th:e")),
                ((false, false, ""), (false, "")),
            ] {
                assert_eq!(sample(&sampler, TRACE, Some(parent)), (expected.0, expected.1.to_owned()), "{parent:?}");
            }
        }
    }

    #[test]
    fn without_parent_based_every_span_is_decided_anew() {
        let sampler = ThresholdSampler::new(0.25, false);
        for (parent, expected) in [
            ((false, true, "ot=th:8,congo=t61"), (true, "ot=th:c,congo=t61")),
            ((true, true, "ot=th:8;rv:80000000000000"), (false, "ot=rv:80000000000000")),
            ((true, true, "ot=rv:c0000000000000;ab:x"), (true, "ot=th:c;rv:c0000000000000;ab:x")),
        ] {
            assert_eq!(sample(&sampler, TRACE, Some(parent)), (expected.0, expected.1.to_owned()), "{parent:?}");
        }
    }

    /// Five standard deviations of a binomial distribution: fails by chance once in a million runs.
    #[test]
    fn of_100_000_roots_the_share_is_kept() {
        for ratio in [0.1, 0.5, 0.01] {
            let sampler = ThresholdSampler::new(ratio, true);
            let count = 100_000;
            let kept = (0..count)
                .filter(|_| sample(&sampler, &format!("{:032x}", rand::random::<u128>() | 1), None).0)
                .count();
            let expected = ratio * f64::from(count);
            let tolerance = 5.0 * (expected * (1.0 - ratio)).sqrt();
            assert!((kept as f64 - expected).abs() < tolerance, "{kept} of {count} at {ratio}");
        }
    }
}
