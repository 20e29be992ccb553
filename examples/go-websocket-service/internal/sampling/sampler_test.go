package sampling

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func traceIDEndingIn(t *testing.T, digits string) trace.TraceID {
	t.Helper()
	id, err := trace.TraceIDFromHex("0af7651916cd43dd84" + digits)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func newSampler(t *testing.T, ratio float64) sdktrace.Sampler {
	t.Helper()
	sampler, err := NewThresholdSampler(ratio)
	if err != nil {
		t.Fatal(err)
	}
	return sampler
}

// under a parent of the trace; tracestate "-" is no parent.
func under(t *testing.T, id trace.TraceID, tracestate string, sampled, remote bool) context.Context {
	t.Helper()
	if tracestate == "-" {
		return t.Context()
	}
	state, err := trace.ParseTraceState(tracestate)
	if err != nil {
		t.Fatal(err)
	}
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: id, SpanID: trace.SpanID{1}, TraceFlags: trace.TraceFlags(0).WithSampled(sampled), TraceState: state, Remote: remote,
	}))
}

func TestThresholdSampler(t *testing.T) {
	const keep, drop = sdktrace.RecordAndSample, sdktrace.Drop
	for _, each := range []struct {
		tracestate string
		ratio      float64
		randomness string
		decision   sdktrace.SamplingDecision
		after      string
	}{
		{"-", 1, "00000000000000", keep, "ot=th:0"},
		{"-", 0.5, "7fffffffffffff", drop, ""},
		{"-", 0.5, "80000000000000", keep, "ot=th:8"},
		{"-", 0.1, "e6666666666667", drop, ""},
		{"-", 0.1, "e6666666666668", keep, "ot=th:e6666666666668"},
		{"-", 0, "ffffffffffffff", drop, ""},
		{"ot=rv:7fffffffffffff", 0.5, "ffffffffffffff", drop, "ot=rv:7fffffffffffff"},
		{"ot=rv:80000000000000", 0.5, "00000000000000", keep, "ot=th:8;rv:80000000000000"},
		{"ot=rv:80000000000000,rojo=1", 1, "00000000000000", keep, "ot=th:0;rv:80000000000000,rojo=1"},
		{"ot=rv:invalid", 0.5, "ffffffffffffff", keep, "ot=th:8"},
		{"rojo=1", 0.5, "ffffffffffffff", keep, "ot=th:8,rojo=1"},
		{"rojo=1", 0.5, "00000000000000", drop, "rojo=1"},
		{"ot=th:0,rojo=1", 0.5, "ffffffffffffff", keep, "ot=th:8,rojo=1"},
		// Dropped: nothing vouches for the caller's threshold any more.
		{"ot=th:0,rojo=1", 0.5, "00000000000000", drop, "rojo=1"},
		{"ot=th:0", 0.5, "00000000000000", drop, ""},
		{"ot=k:1;bad,rojo=1", 0.5, "00000000000000", drop, "ot=k:1,rojo=1"},
	} {
		id := traceIDEndingIn(t, each.randomness)
		result := newSampler(t, each.ratio).ShouldSample(sdktrace.SamplingParameters{ParentContext: under(t, id, each.tracestate, true, true), TraceID: id})
		if result.Decision != each.decision || result.Tracestate.String() != each.after {
			t.Errorf("%s at %v, %s: %v %q", each.tracestate, each.ratio, each.randomness, result.Decision, result.Tracestate)
		}
	}
	for _, ratio := range []float64{7, -0.1, math.NaN(), math.Inf(1)} {
		if _, err := NewThresholdSampler(ratio); err == nil || !strings.Contains(err.Error(), "is not a number from 0 to 1") {
			t.Errorf("%v: %v", ratio, err)
		}
	}
}

func TestParentThresholdSampler(t *testing.T) {
	id := traceIDEndingIn(t, "80000000000000")
	for _, each := range []struct{ tracestate, after string }{
		{"", ""}, {"rojo=1", "rojo=1"}, {"ot=th:0", "ot=th:0"}, {"ot=th:8", "ot=th:8"}, {"ot=th:7fffffffffffff", "ot=th:7fffffffffffff"},
		{"ot=th:80000000000001", ""}, {"ot=th:c", ""}, {"ot=th:c,rojo=1", "rojo=1"}, {"rojo=1,ot=th:c;k:1", "ot=k:1,rojo=1"},
		// rv takes the place of the trace id, both ways.
		{"ot=th:c;rv:c0000000000000", "ot=th:c;rv:c0000000000000"}, {"ot=th:8;rv:7fffffffffffff", "ot=rv:7fffffffffffff"},
		// No th is made up where the probability is unknown.
		{"ot=rv:9b8233f7e3a151", "ot=rv:9b8233f7e3a151"}, {"ot=k:1", "ot=k:1"},
		{"ot=th:xyz", ""}, {"ot=th:8;rv:short", "ot=th:8"}, {"ot=th:8;bad,rojo=1", "ot=th:8,rojo=1"},
	} {
		result := NewParentThresholdSampler(newSampler(t, 0)).ShouldSample(sdktrace.SamplingParameters{ParentContext: under(t, id, each.tracestate, true, true), TraceID: id})
		if result.Decision != sdktrace.RecordAndSample || result.Tracestate.String() != each.after {
			t.Errorf("%s: %v %q, not %q", each.tracestate, result.Decision, result.Tracestate, each.after)
		}
	}
	for _, remote := range []bool{true, false} {
		result := NewParentThresholdSampler(newSampler(t, 1)).ShouldSample(sdktrace.SamplingParameters{ParentContext: under(t, id, "ot=th:0", false, remote), TraceID: id})
		if result.Decision != sdktrace.Drop || result.Tracestate.String() != "ot=th:0" {
			t.Errorf("a parent that is not sampled, remote %v: %v %q", remote, result.Decision, result.Tracestate)
		}
	}
	if result := NewParentThresholdSampler(newSampler(t, 1)).ShouldSample(sdktrace.SamplingParameters{ParentContext: t.Context(), TraceID: id}); result.Tracestate.String() != "ot=th:0" {
		t.Errorf("a root: %v", result)
	}
}

func TestHealthRouteSampler(t *testing.T) {
	id := traceIDEndingIn(t, "80000000000000")
	sampler := NewHealthRouteSampler(NewParentThresholdSampler(newSampler(t, 1)), "/health")
	for _, each := range []struct {
		name    string
		path    string
		kind    trace.SpanKind
		parent  string
		sampled bool
		want    sdktrace.SamplingDecision
	}{
		{"a probe", "/health", trace.SpanKindServer, "-", false, sdktrace.Drop},
		{"somebody traces it", "/health", trace.SpanKindServer, "", true, sdktrace.RecordAndSample},
		{"a caller that does not trace", "/health", trace.SpanKindServer, "", false, sdktrace.Drop},
		{"another route", "/ws", trace.SpanKindServer, "-", false, sdktrace.RecordAndSample},
		{"a client", "/health", trace.SpanKindClient, "-", false, sdktrace.RecordAndSample},
	} {
		result := sampler.ShouldSample(sdktrace.SamplingParameters{ParentContext: under(t, id, each.parent, each.sampled, true), TraceID: id,
			Kind: each.kind, Attributes: []attribute.KeyValue{attribute.String("url.path", each.path)}})
		if result.Decision != each.want {
			t.Errorf("%s: %v", each.name, result.Decision)
		}
	}
}

// 100,000 roots: the share kept, and what it scales back to, are right within five standard deviations.
func TestRatioOfManyRoots(t *testing.T) {
	const roots = 100_000
	random := rand.New(rand.NewPCG(1, 2))
	for _, ratio := range []float64{0.01, 0.1, 0.25, 0.5} {
		low, high := newSampler(t, ratio), newSampler(t, min(1, 2*ratio))
		kept := 0
		for range roots {
			var id trace.TraceID
			binary.BigEndian.PutUint64(id[:], random.Uint64())
			binary.BigEndian.PutUint64(id[8:], random.Uint64())
			p := sdktrace.SamplingParameters{ParentContext: context.Background(), TraceID: id}
			if low.ShouldSample(p).Decision == sdktrace.Drop {
				continue
			}
			kept++
			if high.ShouldSample(p).Decision == sdktrace.Drop {
				t.Fatalf("a trace is kept at %v and dropped at %v", ratio, 2*ratio)
			}
		}
		if off := math.Abs(float64(kept) - roots*ratio); off > 5*math.Sqrt(roots*ratio*(1-ratio)) {
			t.Errorf("%v: %d of %d kept", ratio, kept, roots)
		}
	}
}

func TestRoomInTheTracestate(t *testing.T) {
	members := make([]string, 32)
	for i := range members {
		members[i] = "v" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + "=1"
	}
	id := traceIDEndingIn(t, "ffffffffffffff")
	result := newSampler(t, 0.5).ShouldSample(sdktrace.SamplingParameters{ParentContext: under(t, id, strings.Join(members, ","), true, true), TraceID: id})
	if got := result.Tracestate; got.Get("ot") != "th:8" || got.Len() != 32 || got.Get(strings.TrimSuffix(members[31], "=1")) != "" {
		t.Errorf("32 entries: %q", got)
	}
	long := "long=" + strings.Repeat("x", 200) + ",short=1,other=" + strings.Repeat("y", 200) + ",third=" + strings.Repeat("z", 85)
	result = newSampler(t, 0.5).ShouldSample(sdktrace.SamplingParameters{ParentContext: under(t, id, long, true, true), TraceID: id})
	if got := result.Tracestate; got.Get("ot") != "th:8" || got.Get("other") != "" || got.Get("short") != "1" || len(got.String()) > 512 {
		t.Errorf("512 characters: %q", got)
	}
}
