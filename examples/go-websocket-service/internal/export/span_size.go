package export

import (
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

const (
	// Ids, times, name and framing, encoded, without attributes; the same figures as in @uat/tracing-sdk (span-size.ts).
	encodedSpan      = 80
	encodedAttribute = 8
	encodedEvent     = 24
	// spanMemory of a queued span beside its texts: the SDK's copy of it, its attributes, with room for as many more since its
	// texts were set again at its start, and links. Measured, rounded up.
	spanMemory = 3072
)

// encodedBytes of a span, estimated cheaply: masking, and replacing what is no UTF-8, make up to three times as much of a text.
func encodedBytes(span sdktrace.ReadOnlySpan) int {
	bytes := encodedSpan + len(span.Name()) + len(span.Status().Description) + len(span.SpanContext().TraceState().String()) + attributeBytes(span.Attributes())
	for _, event := range span.Events() {
		bytes += encodedEvent + len(event.Name) + attributeBytes(event.Attributes)
	}
	for _, link := range span.Links() {
		bytes += encodedEvent + len(link.SpanContext.TraceState().String()) + attributeBytes(link.Attributes)
	}
	return bytes
}

func attributeBytes(attributes []attribute.KeyValue) int {
	bytes := 0
	for _, each := range attributes {
		bytes += encodedAttribute + len(each.Key)
		switch each.Value.Type() {
		case attribute.STRING:
			bytes += len(each.Value.AsString())
		case attribute.STRINGSLICE:
			for _, text := range each.Value.AsStringSlice() {
				bytes += encodedAttribute + len(text)
			}
		}
	}
	return bytes
}
