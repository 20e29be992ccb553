package redaction

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

type exporter struct {
	next sdktrace.SpanExporter
	// One masked resource for each original: few, and asked for with every span.
	resources sync.Map
}

// NewExporter gives next masked views of the spans: attributes, events, links, names, status messages, resources. The
// spans themselves are never changed.
func NewExporter(next sdktrace.SpanExporter) sdktrace.SpanExporter {
	return &exporter{next: next}
}

func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	masked := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, span := range spans {
		masked[i] = maskedSpan{ReadOnlySpan: span, resource: e.maskResource(span.Resource())}
	}
	return e.next.ExportSpans(ctx, masked)
}

func (e *exporter) Shutdown(ctx context.Context) error {
	return e.next.Shutdown(ctx)
}

func (e *exporter) maskResource(original *resource.Resource) *resource.Resource {
	if known, found := e.resources.Load(original); found {
		return known.(*resource.Resource)
	}
	masked := resource.NewWithAttributes(original.SchemaURL(), Attributes(original.Attributes())...)
	e.resources.Store(original, masked)
	return masked
}

type maskedSpan struct {
	sdktrace.ReadOnlySpan
	resource *resource.Resource
}

func (s maskedSpan) Name() string                     { return Text(s.ReadOnlySpan.Name()) }
func (s maskedSpan) Attributes() []attribute.KeyValue { return Attributes(s.ReadOnlySpan.Attributes()) }
func (s maskedSpan) Resource() *resource.Resource     { return s.resource }

func (s maskedSpan) Status() sdktrace.Status {
	status := s.ReadOnlySpan.Status()
	status.Description = Text(status.Description)
	return status
}

func (s maskedSpan) Events() []sdktrace.Event {
	original := s.ReadOnlySpan.Events()
	masked := make([]sdktrace.Event, len(original))
	for i, event := range original {
		event.Name, event.Attributes = Text(event.Name), Attributes(event.Attributes)
		masked[i] = event
	}
	return masked
}

func (s maskedSpan) Links() []sdktrace.Link {
	original := s.ReadOnlySpan.Links()
	masked := make([]sdktrace.Link, len(original))
	for i, link := range original {
		link.Attributes = Attributes(link.Attributes)
		masked[i] = link
	}
	return masked
}
