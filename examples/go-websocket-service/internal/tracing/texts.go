package tracing

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// ownTexts makes the texts that a span begins with, which are what callers send, its own. They are parts of longer ones, which
// they would keep in memory: of a header of 16 KB that the SDK has cut, of X-Forwarded-For, of the request line. And one that is
// not UTF-8 could not be encoded, with its whole batch.
type ownTexts struct{}

func (ownTexts) OnStart(_ context.Context, span sdktrace.ReadWriteSpan) {
	given := span.Attributes()
	own := make([]attribute.KeyValue, 0, len(given))
	for _, each := range given {
		if each.Value.Type() == attribute.STRING {
			own = append(own, each.Key.String(strings.ToValidUTF8(strings.Clone(each.Value.AsString()), "\uFFFD")))
		}
	}
	span.SetAttributes(own...)
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
