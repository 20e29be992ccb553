package redaction

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// collect masked spans.
type collect struct {
	masker Masker
	spans  []sdktrace.ReadOnlySpan
}

func (c *collect) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	c.spans = append(c.spans, c.masker.Mask(spans)...)
	return nil
}
func (*collect) Shutdown(context.Context) error { return nil }

func TestNoPartOfASpanCarriesASecret(t *testing.T) {
	const secret = "hunter22secret"
	collected := &collect{}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSyncer(collected),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("deploy.password", secret), attribute.String("service.name", "x"))))
	_, span := provider.Tracer("test").Start(t.Context(), "GET /x?token="+secret,
		trace.WithAttributes(
			attribute.String("db.password", secret), attribute.String("url.query", "a=1&token="+secret), attribute.String("url.full", "http://a:"+secret+"@x/?key="+secret),
			attribute.StringSlice("header.cookie", []string{secret}), attribute.Int("gen_ai.usage.input_tokens", 7), attribute.String("http.route", "/ws")),
		trace.WithLinks(trace.Link{SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}}), Attributes: []attribute.KeyValue{attribute.String("api_key", secret)}}))
	span.AddEvent("password="+secret, trace.WithAttributes(attribute.String("token", secret)))
	span.RecordError(errors.New("password=" + secret))
	span.SetStatus(codes.Error, "refused: secret="+secret)
	span.End()
	got := collected.spans[0]
	all := fmt.Sprintln(got.Name(), got.Attributes(), got.Events(), got.Links(), got.Status(), got.Resource())
	if strings.Contains(all, secret) {
		t.Errorf("a secret is left in %s", all)
	}
	for _, kept := range []string{"/ws", "service.name", "a=1&token=REDACTED", "7"} {
		if !strings.Contains(all, kept) {
			t.Errorf("%s is lost in %s", kept, all)
		}
	}
}

func BenchmarkAttributes(b *testing.B) {
	attributes := []attribute.KeyValue{attribute.String("network.protocol.name", "websocket"), attribute.String("http.route", "/ws"),
		attribute.String("messaging.message.conversation_id", "2f0c9bb2-4b6e-4e34-9b1c-0c1f2f3a4b5c"), attribute.Int("messaging.message.body.size", 120),
		attribute.String("url.full", "http://127.0.0.1:8001/v1/completions"), attribute.String("server.address", "127.0.0.1")}
	b.ReportAllocs()
	for b.Loop() {
		Attributes(attributes, 1024)
	}
}
