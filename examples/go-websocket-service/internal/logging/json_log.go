// Package logging writes one JSON object a line, with the ids of the current span.
package logging

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// New logger. level is debug, info, warn or error; mask is applied to every text that is written.
func New(out io.Writer, level string, mask func(string) string) *slog.Logger {
	var least slog.Level
	// The settings have checked it; unknown stays info.
	_ = least.UnmarshalText([]byte(level))
	handler := slog.NewJSONHandler(out, &slog.HandlerOptions{Level: least, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.LevelKey {
			return slog.String(slog.LevelKey, strings.ToLower(a.Value.String()))
		}
		switch a.Value.Kind() {
		case slog.KindString:
			a.Value = slog.StringValue(mask(a.Value.String()))
		case slog.KindAny:
			if err, isError := a.Value.Any().(error); isError {
				a.Value = slog.StringValue(mask(err.Error()))
			}
		}
		return a
	}})
	return slog.New(withTraceIDs{handler})
}

// withTraceIDs adds trace_id and span_id where the context has a span.
type withTraceIDs struct{ slog.Handler }

func (h withTraceIDs) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, record)
}

func (h withTraceIDs) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withTraceIDs{h.Handler.WithAttrs(attrs)}
}

func (h withTraceIDs) WithGroup(name string) slog.Handler {
	return withTraceIDs{h.Handler.WithGroup(name)}
}
