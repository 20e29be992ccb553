package sampling

import (
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

type parentThresholdSampler struct{ root sdktrace.Sampler }

// NewParentThresholdSampler follows the parent's sampled flag, and asks root where there is no valid parent.
//
// A remote parent's th travels on when it agrees with the trace's randomness. One that contradicts it is erased, and none
// is made up where the probability is unknown: no weight is better than a wrong one.
func NewParentThresholdSampler(root sdktrace.Sampler) sdktrace.Sampler {
	return parentThresholdSampler{root}
}

func (s parentThresholdSampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	parent := trace.SpanContextFromContext(p.ParentContext)
	if !parent.IsValid() {
		return s.root.ShouldSample(p)
	}
	state := parent.TraceState()
	if !parent.IsSampled() {
		return dropped(state)
	}
	// A local parent's tracestate was checked when the first span in this process inherited it.
	if !parent.IsRemote() || state.Len() == 0 {
		return kept(state)
	}
	entry := readOtEntry(state)
	consistent := entry.threshold == nil || entry.randomnessOr(p.TraceID).reaches(*entry.threshold)
	if consistent && !entry.malformed {
		return kept(state)
	}
	if !consistent {
		entry.threshold = nil
	}
	return kept(entry.write(state, entry.threshold))
}

func (s parentThresholdSampler) Description() string {
	return "ParentThreshold{root=" + s.root.Description() + "}"
}
