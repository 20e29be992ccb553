// The WebSocket service of the example: see README.md.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"uat-tracing.example/websocket-service/internal/logging"
	"uat-tracing.example/websocket-service/internal/redaction"
	"uat-tracing.example/websocket-service/internal/service"
	"uat-tracing.example/websocket-service/internal/settings"
	"uat-tracing.example/websocket-service/internal/tracing"
)

// Exit codes.
const (
	exitOK         = 0
	exitFailed     = 1
	exitBadSetting = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	code := run(ctx, stop, os.LookupEnv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run until ctx ends. stopListening gives signals their default meaning back: a second one ends the program at once.
func run(ctx context.Context, stopListening func(), lookup func(string) (string, bool), stdout, stderr io.Writer) int {
	s, err := settings.Read(lookup)
	if err != nil {
		fmt.Fprintf(stderr, "websocket-service: %v\n", err)
		return exitBadSetting
	}
	logger := logging.New(stdout, s.LogLevel, redaction.Text)
	traced, err := tracing.Start(ctx, s.Tracing, logger)
	if err != nil {
		fmt.Fprintf(stderr, "websocket-service: %v\n", redaction.Text(err.Error()))
		return exitFailed
	}
	code := exitOK
	running, err := service.Start(s, traced, logger)
	if err != nil {
		fmt.Fprintf(stderr, "websocket-service: %v\n", redaction.Text(err.Error()))
		code = exitFailed
	} else {
		select {
		case <-ctx.Done():
		case err := <-running.Failed():
			logger.Error("listening has ended", "error", err)
			code = exitFailed
		}
		stopListening()
		stopping, cancel := context.WithTimeout(context.Background(), s.ShutdownTimeout)
		running.Stop(stopping)
		cancel()
	}
	flushing, cancel := context.WithTimeout(context.Background(), s.Tracing.FlushTimeout)
	defer cancel()
	if err := traced.Shutdown(flushing); err != nil {
		logger.Warn("spans could not all be delivered before the end", "error", err)
	}
	spans := traced.Stats()
	logger.Info("stopped", "spans_exported", spans.Exported, "spans_dropped", spans.Dropped)
	return code
}
