package sampling

import (
	"fmt"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

type thresholdSampler struct {
	ratio     float64
	threshold Threshold
	kept      trace.TraceState
}

// NewThresholdSampler keeps a fixed share of traces, 0 to 1, by the random bits of their ids alone (rv, where the
// tracestate has it): every service with the same ratio or a higher one agrees.
func NewThresholdSampler(ratio float64) (sdktrace.Sampler, error) {
	if ratio == 0 {
		return keepNothing{}, nil
	}
	threshold, err := ThresholdOf(ratio)
	if err != nil {
		return nil, fmt.Errorf("sampling ratio: %v is not a number from 0 to 1; use 0.1 to keep 10 %% of traces", ratio)
	}
	return thresholdSampler{ratio, threshold, otEntry{}.write(trace.TraceState{}, &threshold)}, nil
}

func (s thresholdSampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	// A parent that is not valid gives nothing: the span is a root, whatever tracestate came with it.
	parent := trace.SpanContextFromContext(p.ParentContext)
	if !parent.IsValid() || parent.TraceState().Len() == 0 {
		if randomnessOf(p.TraceID).reaches(s.threshold) {
			return kept(s.kept)
		}
		return dropped(trace.TraceState{})
	}
	state := parent.TraceState()
	entry := readOtEntry(state)
	if entry.randomnessOr(p.TraceID).reaches(s.threshold) {
		return kept(entry.write(state, &s.threshold))
	}
	// Nothing vouches for a caller's threshold any more.
	if entry.threshold != nil || entry.malformed {
		state = entry.write(state, nil)
	}
	return dropped(state)
}

func (s thresholdSampler) Description() string {
	return fmt.Sprintf("Threshold{ratio=%v, th=%s}", s.ratio, s.threshold)
}

// keepNothing is not a threshold: probability 0 has none (spec, "Sampling Probability").
type keepNothing struct{}

func (keepNothing) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	return dropped(trace.SpanContextFromContext(p.ParentContext).TraceState())
}

func (keepNothing) Description() string {
	return "Threshold{ratio=0, keeps nothing}"
}

func kept(state trace.TraceState) sdktrace.SamplingResult {
	return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample, Tracestate: state}
}

func dropped(state trace.TraceState) sdktrace.SamplingResult {
	return sdktrace.SamplingResult{Decision: sdktrace.Drop, Tracestate: state}
}
