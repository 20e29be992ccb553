package export

import (
	"context"
	"net/url"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// NewGRPCExporter for http://host:port or https://host:port. One attempt a call: the batch processor tries again.
func NewGRPCExporter(ctx context.Context, endpoint *url.URL) (sdktrace.SpanExporter, error) {
	reconnect := backoff.DefaultConfig
	// gRPC's own is two minutes: so long after a recovery nothing would be delivered.
	reconnect.MaxDelay = maxRetryDelay
	return otlptracegrpc.New(ctx,
		// The URL form takes precedence over the variables, which the exporter would read a bare host:port of wrongly.
		otlptracegrpc.WithEndpointURL(endpoint.String()),
		otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{Enabled: false}),
		otlptracegrpc.WithDialOption(grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: maxRetryDelay})),
	)
}

// NewHTTPExporter for the whole URL, path included. One attempt a call: the batch processor tries again.
func NewHTTPExporter(ctx context.Context, endpoint *url.URL) (sdktrace.SpanExporter, error) {
	return otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(endpoint.String()),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}),
	)
}
