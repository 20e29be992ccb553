package tracing

import (
	"context"
	"log/slog"

	"github.com/go-logr/logr"
)

// internalLog takes what OpenTelemetry says about its own insides, at level debug: it goes to standard error as plain text
// otherwise, and calls an endpoint without a scheme, which is settled here, an error.
func internalLog(logger *slog.Logger) logr.Logger {
	return logr.FromSlogHandler(debugOnly{logger.Handler()})
}

type debugOnly struct{ slog.Handler }

func (h debugOnly) Enabled(ctx context.Context, _ slog.Level) bool {
	return h.Handler.Enabled(ctx, slog.LevelDebug)
}

func (h debugOnly) Handle(ctx context.Context, record slog.Record) error {
	record.Level = slog.LevelDebug
	return h.Handler.Handle(ctx, record)
}

func (h debugOnly) WithAttrs(attrs []slog.Attr) slog.Handler {
	return debugOnly{h.Handler.WithAttrs(attrs)}
}

func (h debugOnly) WithGroup(name string) slog.Handler {
	return debugOnly{h.Handler.WithGroup(name)}
}
