package tracing

import (
	"context"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// ownTexts makes the texts that a span begins with, which are what callers send, its own. The SDK cuts them and keeps all that
// they were cut from, a header of 16 KB; and one that is not UTF-8 could not be encoded, with its whole batch.
type ownTexts struct{ longest int }

func (o ownTexts) OnStart(_ context.Context, span sdktrace.ReadWriteSpan) {
	for _, each := range span.Attributes() {
		if each.Value.Type() != attribute.STRING {
			continue
		}
		text := each.Value.AsString()
		// The SDK has cut to characters: in bytes, one that was cut is as long at least.
		if len(text) >= o.longest {
			text = strings.Clone(text)
		}
		if !utf8.ValidString(text) {
			text = strings.ToValidUTF8(text, "\uFFFD")
		} else if len(text) < o.longest {
			continue
		}
		span.SetAttributes(each.Key.String(text))
	}
}

func (ownTexts) OnEnd(sdktrace.ReadOnlySpan)      {}
func (ownTexts) Shutdown(context.Context) error   { return nil }
func (ownTexts) ForceFlush(context.Context) error { return nil }

// limitsWith so many characters of an attribute's text. The other bounds are those of the standard and its variables.
func limitsWith(longest int) sdktrace.SpanLimits {
	limits := sdktrace.NewSpanLimits()
	limits.AttributeValueLengthLimit = longest
	return limits
}
