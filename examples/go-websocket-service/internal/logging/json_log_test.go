package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"uat-tracing.example/websocket-service/internal/redaction"
)

func TestLines(t *testing.T) {
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	var out bytes.Buffer
	logger := New(&out, "info", redaction.Text).With("connection", "c")
	logger.InfoContext(trace.ContextWithSpanContext(t.Context(), span), "hello", "error", errors.New("password=hunter22"), "text", "token=hunter22", "count", 7)
	logger.Debug("not said")
	logger.Warn("a\nline break")
	if strings.Count(out.String(), "\n") != 2 || strings.Contains(out.String(), "hunter22") {
		t.Errorf("%s", out.String())
	}
	var line map[string]any
	if err := json.NewDecoder(&out).Decode(&line); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"level": "info", "msg": "hello", "connection": "c", "count": 7., "trace_id": "01000000000000000000000000000000", "span_id": "0200000000000000", "text": "token=[REDACTED]"} {
		if line[key] != want {
			t.Errorf("%s: %v, not %v", key, line[key], want)
		}
	}
	_ = json.NewDecoder(&out).Decode(&line)
}
