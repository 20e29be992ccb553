// Package tracecontext reads W3C trace context as @uat/tracing-sdk does. The propagator of OpenTelemetry Go looks at the
// first of several headers only, refuses flags that it does not know, and bounds no tracestate.
package tracecontext

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

const (
	traceparent = "traceparent"
	tracestate  = "tracestate"
	// Of version 00: https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values
	version00Length = 55
	flagsAt         = version00Length - 2
)

// Propagator of W3C trace context. What it writes is OpenTelemetry's.
type Propagator struct{ propagation.TraceContext }

// Extract the caller's span context into ctx; ctx itself where there is none, or a wrong one.
func (Propagator) Extract(ctx context.Context, carrier propagation.TextMapCarrier) context.Context {
	if caller := Read(carrier); caller.IsValid() {
		return trace.ContextWithRemoteSpanContext(ctx, caller)
	}
	return ctx
}

// Read the span context that a carrier carries; not valid where there is none, or a wrong one.
func Read(carrier propagation.TextMapCarrier) trace.SpanContext {
	parents := valuesOf(carrier, traceparent)
	// More than one: nobody knows which is right, and a new trace begins (section "Processing model").
	if len(parents) != 1 {
		return trace.SpanContext{}
	}
	read := propagation.MapCarrier{
		traceparent: withKnownFlags(parents[0]),
		// Its own text: a part of the caller's would keep all of that in memory, for as long as a span or a connection lasts.
		tracestate: strings.Clone(boundedState(strings.Join(valuesOf(carrier, tracestate), ","))),
	}
	return trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), read))
}

// valuesOf a key: several, where the carrier has headers.
func valuesOf(carrier propagation.TextMapCarrier, key string) []string {
	if many, hasMany := carrier.(propagation.ValuesGetter); hasMany {
		return many.Values(key)
	}
	if one := carrier.Get(key); one != "" {
		return []string{one}
	}
	return nil
}

// withKnownFlags sets those of version 00 to zero that have no meaning yet, which is all that W3C asks for: they make no
// traceparent wrong. More than the 55 characters of version 00 does. Later versions are OpenTelemetry's to read.
func withKnownFlags(parent string) string {
	const digits = "0123456789abcdef"
	if !strings.HasPrefix(parent, "00-") {
		return parent
	}
	if len(parent) != version00Length {
		return ""
	}
	high, low := strings.IndexByte(digits, parent[flagsAt]), strings.IndexByte(digits, parent[flagsAt+1])
	if high < 0 || low < 0 {
		return parent
	}
	known := byte(low) & byte(trace.FlagsSampled|trace.FlagsRandom)
	return parent[:flagsAt] + "0" + digits[known:known+1]
}

// boundedState leaves out members that are none, those beyond the first 32, and of these what Fit removes.
func boundedState(state string) string {
	if len(state) <= MaxStateLength {
		if _, err := trace.ParseTraceState(state); err == nil {
			return state
		}
	}
	var members []string
	seen := make(map[string]bool)
	for member := range strings.SplitSeq(state, ",") {
		member = strings.Trim(member, " \t")
		key, _, _ := strings.Cut(member, "=")
		if member == "" || seen[key] || len(member) > MaxStateLength {
			continue
		}
		if _, err := trace.ParseTraceState(member); err != nil {
			continue
		}
		seen[key] = true
		members = append(members, member)
		if len(members) == MaxStateMembers {
			break
		}
	}
	return strings.Join(Fit(members, MaxStateMembers, MaxStateLength), ",")
}
