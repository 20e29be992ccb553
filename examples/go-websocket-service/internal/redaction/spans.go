package redaction

import (
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Masker of spans.
type Masker struct {
	// Longest text of an attribute that is left, in characters; 0 for any. The span has to have Margin more of it, where there
	// is more.
	Longest int
	// One masked resource for each original: few, and asked for with every span.
	resources sync.Map
}

// Mask gives masked views of the spans: attributes, events, links, names, status messages, resources. The spans themselves are
// never changed. What callers send decides what it costs, up to milliseconds a text: it is done here, and not when a view is
// read, so that an attempt to deliver it again costs nothing.
func (m *Masker) Mask(spans []sdktrace.ReadOnlySpan) []sdktrace.ReadOnlySpan {
	masked := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, span := range spans {
		status := span.Status()
		status.Description = Text(status.Description)
		masked[i] = maskedSpan{
			ReadOnlySpan: span,
			name:         Text(span.Name()),
			status:       status,
			attributes:   Attributes(span.Attributes(), m.Longest),
			events:       maskEvents(span.Events(), m.Longest),
			links:        maskLinks(span.Links(), m.Longest),
			resource:     m.maskResource(span.Resource()),
		}
	}
	return masked
}

func (m *Masker) maskResource(original *resource.Resource) *resource.Resource {
	if known, found := m.resources.Load(original); found {
		return known.(*resource.Resource)
	}
	masked := resource.NewWithAttributes(original.SchemaURL(), Attributes(original.Attributes(), 0)...)
	m.resources.Store(original, masked)
	return masked
}

type maskedSpan struct {
	sdktrace.ReadOnlySpan
	name       string
	status     sdktrace.Status
	attributes []attribute.KeyValue
	events     []sdktrace.Event
	links      []sdktrace.Link
	resource   *resource.Resource
}

func (s maskedSpan) Name() string                     { return s.name }
func (s maskedSpan) Status() sdktrace.Status          { return s.status }
func (s maskedSpan) Attributes() []attribute.KeyValue { return s.attributes }
func (s maskedSpan) Events() []sdktrace.Event         { return s.events }
func (s maskedSpan) Links() []sdktrace.Link           { return s.links }
func (s maskedSpan) Resource() *resource.Resource     { return s.resource }

func maskEvents(original []sdktrace.Event, longest int) []sdktrace.Event {
	masked := make([]sdktrace.Event, len(original))
	for i, event := range original {
		event.Name, event.Attributes = Text(event.Name), Attributes(event.Attributes, longest)
		masked[i] = event
	}
	return masked
}

func maskLinks(original []sdktrace.Link, longest int) []sdktrace.Link {
	masked := make([]sdktrace.Link, len(original))
	for i, link := range original {
		link.Attributes = Attributes(link.Attributes, longest)
		masked[i] = link
	}
	return masked
}
