package export

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"uat-tracing.example/websocket-service/internal/otlptest"
)

type newExporter func(context.Context, *url.URL) (sdktrace.SpanExporter, error)

func exporterFor(t *testing.T, create newExporter, endpoint string) sdktrace.SpanExporter {
	t.Helper()
	parsed, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	exporter, err := create(t.Context(), parsed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = exporter.Shutdown(context.Background()) })
	return exporter
}

// aSpan that has ended.
func aSpan(t *testing.T) []sdktrace.ReadOnlySpan {
	t.Helper()
	b := &kept{}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(b))
	end(provider.Tracer("test"), 1)
	return b.spans
}

type kept struct{ spans []sdktrace.ReadOnlySpan }

func (k *kept) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	k.spans = append(k.spans, spans...)
	return nil
}
func (*kept) Shutdown(context.Context) error { return nil }

func TestExportersDeliver(t *testing.T) {
	grpcReceiver, address := otlptest.StartGRPC(t)
	httpReceiver, base := otlptest.StartHTTP(t)
	for _, each := range []struct {
		create   newExporter
		endpoint string
		receiver *otlptest.Receiver
	}{{NewGRPCExporter, "http://" + address, grpcReceiver}, {NewHTTPExporter, base + "/v1/traces", httpReceiver}} {
		if err := exporterFor(t, each.create, each.endpoint).ExportSpans(t.Context(), aSpan(t)); err != nil {
			t.Errorf("%s: %v", each.endpoint, err)
		}
		each.receiver.Named(t, "span")
	}
}

// What the pinned exporters return is classified as the specification has it: their own types are internal to them.
func TestErrorsOfTheExportersAreClassified(t *testing.T) {
	var answer *collector.ExportTraceServiceResponse
	var refusal error
	grpcReceiver, address := otlptest.StartGRPC(t)
	grpcReceiver.Answer = func() (*collector.ExportTraceServiceResponse, error) { return answer, refusal }
	httpReceiver, base := otlptest.StartHTTP(t)
	httpReceiver.Answer = grpcReceiver.Answer
	viaGRPC := exporterFor(t, NewGRPCExporter, "http://"+address)
	viaHTTP := exporterFor(t, NewHTTPExporter, base+"/v1/traces")
	statuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "so it is", map[string]int{"/400": 400, "/401": 401, "/404": 404, "/413": 413, "/429": 429, "/500": 500, "/502": 502, "/503": 503, "/504": 504}[r.URL.Path])
	}))
	t.Cleanup(statuses.Close)
	closed := closedAddress(t)

	check := func(what string, err error, rejected int, permanent bool) {
		t.Helper()
		if gotRejected, gotPermanent := classify(err); err == nil || gotRejected != rejected || gotPermanent != permanent {
			t.Errorf("%s (%v): rejected %d, permanent %v", what, err, gotRejected, gotPermanent)
		}
	}
	answer = &collector.ExportTraceServiceResponse{PartialSuccess: &collector.ExportTracePartialSuccess{RejectedSpans: 1, ErrorMessage: "too old"}}
	check("gRPC, partial success", viaGRPC.ExportSpans(t.Context(), aSpan(t)), 1, false)
	check("HTTP, partial success", viaHTTP.ExportSpans(t.Context(), aSpan(t)), 1, false)
	for code, permanent := range map[codes.Code]bool{codes.Unavailable: false, codes.DeadlineExceeded: false, codes.Aborted: false, codes.DataLoss: false,
		codes.ResourceExhausted: true, codes.InvalidArgument: true, codes.Unauthenticated: true, codes.PermissionDenied: true, codes.Unimplemented: true} {
		answer, refusal = nil, status.Error(code, "so it is")
		check("gRPC "+code.String(), viaGRPC.ExportSpans(t.Context(), aSpan(t)), -1, permanent)
	}
	for path, permanent := range map[string]bool{"/400": true, "/401": true, "/404": true, "/413": true, "/500": true, "/429": false, "/502": false, "/503": false, "/504": false} {
		check("HTTP "+path, exporterFor(t, NewHTTPExporter, statuses.URL+path).ExportSpans(t.Context(), aSpan(t)), -1, permanent)
	}
	check("gRPC, nobody listens", exporterFor(t, NewGRPCExporter, "http://"+closed).ExportSpans(t.Context(), aSpan(t)), -1, false)
	check("HTTP, nobody listens", exporterFor(t, NewHTTPExporter, "http://"+closed+"/v1/traces").ExportSpans(t.Context(), aSpan(t)), -1, false)
}

func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
