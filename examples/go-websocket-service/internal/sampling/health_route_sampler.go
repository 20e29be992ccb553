package sampling

import (
	"slices"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

type healthRouteSampler struct {
	routes []string
	inner  sdktrace.Sampler
}

// NewHealthRouteSampler drops SERVER spans of the routes, by url.path, unless somebody traces this very request: a probe
// every few seconds says nothing. All other spans are inner's.
func NewHealthRouteSampler(inner sdktrace.Sampler, routes ...string) sdktrace.Sampler {
	return healthRouteSampler{routes, inner}
}

func (s healthRouteSampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.Kind == trace.SpanKindServer {
		for _, each := range p.Attributes {
			if each.Key == "url.path" && slices.Contains(s.routes, each.Value.AsString()) {
				if parent := trace.SpanContextFromContext(p.ParentContext); !parent.IsValid() || !parent.IsSampled() {
					return dropped(parent.TraceState())
				}
			}
		}
	}
	return s.inner.ShouldSample(p)
}

func (s healthRouteSampler) Description() string {
	return "HealthRoutes{" + strings.Join(s.routes, ",") + "; " + s.inner.Description() + "}"
}
