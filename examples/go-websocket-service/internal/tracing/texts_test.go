package tracing

import (
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func TestASpanKeepsNoMoreOfATextThanItShows(t *testing.T) {
	header := strings.Repeat("a", 16_000)
	for name, given := range map[string]string{
		"a part of a longer one": header[:7],
		"short":                  "abc",
		"as long as it may be":   strings.Repeat("a", 1024),
		"too long":               strings.Repeat("a", 16_000),
		"too long, of two bytes": strings.Repeat("ü", 8_000),
		"not UTF-8":              "a\xff\xfeb",
		"not UTF-8, too long":    strings.Repeat("a\xff", 8_000),
	} {
		t.Run(name, func(t *testing.T) {
			provider := sdktrace.NewTracerProvider(sdktrace.WithRawSpanLimits(limitsWith(1024)), sdktrace.WithSpanProcessor(ownTexts{}))
			_, span := provider.Tracer("test").Start(t.Context(), "span", trace.WithAttributes(attribute.String("text", given), attribute.Int("number", 1)))
			defer span.End()
			attributes := span.(sdktrace.ReadOnlySpan).Attributes()
			if len(attributes) != 2 {
				t.Fatalf("%v", attributes)
			}
			for _, each := range attributes {
				if each.Key != "text" {
					continue
				}
				got := each.Value.AsString()
				if utf8.RuneCountInString(got) > 1024 || !utf8.ValidString(got) || !strings.HasPrefix(got, strings.ToValidUTF8(given, "\uFFFD")[:1]) {
					t.Errorf("%d characters: %.80q", utf8.RuneCountInString(got), got)
				}
				// A part of the text given keeps all of it in memory.
				if unsafe.StringData(got) == unsafe.StringData(given) {
					t.Error("it is a part of the text given")
				}
			}
		})
	}
}
