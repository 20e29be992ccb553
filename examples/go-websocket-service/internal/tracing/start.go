// Package tracing puts together what makes and delivers spans.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"uat-tracing.example/websocket-service/internal/export"
	"uat-tracing.example/websocket-service/internal/redaction"
	"uat-tracing.example/websocket-service/internal/sampling"
	"uat-tracing.example/websocket-service/internal/settings"
	"uat-tracing.example/websocket-service/internal/tracecontext"
)

// healthRoutes start no trace, as in @uat/tracing-sdk.
var healthRoutes = []string{"/health", "/healthz", "/livez", "/ready", "/readyz", "/metrics"}

// Tracing in force.
type Tracing struct {
	Provider   trace.TracerProvider
	Propagator propagation.TextMapPropagator
	processor  *export.BatchProcessor
	shutdown   func(context.Context) error
}

// Start tracing, say what is in force, and route the SDK's own errors into the log.
func Start(ctx context.Context, s settings.Tracing, logger *slog.Logger) (*Tracing, error) {
	t := &Tracing{
		Provider:   noop.NewTracerProvider(),
		Propagator: propagation.NewCompositeTextMapPropagator(tracecontext.Propagator{}, propagation.Baggage{}),
		shutdown:   func(context.Context) error { return nil },
	}
	otel.SetTextMapPropagator(t.Propagator)
	otel.SetLogger(internalLog(logger))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("OpenTelemetry reports an error", "error", err.Error()) }))
	in := []any{"service", s.ServiceName, "preset", s.Preset, "environment", s.Environment}
	if !s.Exported {
		logger.Info("tracing initialized", append(in, "exporter", "none")...)
		return t, nil
	}
	sampler, err := newSampler(s)
	if err != nil {
		return nil, err
	}
	newExporter := export.NewGRPCExporter
	if s.Protocol == settings.HTTPProtobuf {
		newExporter = export.NewHTTPExporter
	}
	exporter, err := newExporter(ctx, s.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("the %s exporter for %s cannot start: %w", s.Protocol, s.Endpoint, err)
	}
	report := export.NewLogReport(logger, s.Endpoint.String())
	t.processor = export.NewBatchProcessor(exporter, export.Options{
		Batch:  s.Batch,
		Mask:   (&redaction.Masker{Longest: s.MaxAttributeLength}).Mask,
		Report: report,
	})
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sampler),
		sdktrace.WithResource(newResource(s)),
		// The rest is cut when it is masked.
		sdktrace.WithRawSpanLimits(limitsWith(s.MaxAttributeLength+redaction.Margin)),
		sdktrace.WithSpanProcessor(ownTexts{}),
		sdktrace.WithSpanProcessor(t.processor),
	)
	t.Provider = provider
	t.shutdown = func(ctx context.Context) error {
		defer report.Close()
		return provider.Shutdown(ctx)
	}
	otel.SetTracerProvider(provider)
	logger.Info("tracing initialized", append(in, "exporter", "otlp", "endpoint", s.Endpoint.String(), "protocol", string(s.Protocol), "sampler", sampler.Description())...)
	return t, nil
}

// Stats of the spans so far; zero when nothing is exported.
func (t *Tracing) Stats() export.Stats {
	if t.processor == nil {
		return export.Stats{}
	}
	return t.processor.Stats()
}

// Shutdown delivers every span that has ended, until ctx ends.
func (t *Tracing) Shutdown(ctx context.Context) error {
	return t.shutdown(ctx)
}

func newSampler(s settings.Tracing) (sdktrace.Sampler, error) {
	sampler, err := sampling.NewThresholdSampler(s.Ratio)
	if err != nil {
		return nil, err
	}
	if s.ParentBased {
		sampler = sampling.NewParentThresholdSampler(sampler)
	}
	return sampling.NewHealthRouteSampler(sampler, healthRoutes...), nil
}

// newResource leaves out the command line, which may hold secrets.
func newResource(s settings.Tracing) *resource.Resource {
	host, _ := os.Hostname()
	attributes := []attribute.KeyValue{
		attribute.String("service.instance.id", uuid.NewString()),
		attribute.String("telemetry.sdk.name", "opentelemetry"),
		attribute.String("telemetry.sdk.language", "go"),
		attribute.String("telemetry.sdk.version", otel.Version()),
		attribute.String("host.name", host),
		attribute.Int("process.pid", os.Getpid()),
		attribute.String("process.runtime.name", "go"),
		attribute.String("process.runtime.version", runtime.Version()),
	}
	attributes = append(attributes, s.Resource...)
	attributes = append(attributes, attribute.String("service.name", s.ServiceName))
	return resource.NewSchemaless(attributes...)
}
