// Package otlptest is an OTLP backend within a test's process, for gRPC and HTTP.
package otlptest

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // what OTEL_EXPORTER_OTLP_COMPRESSION may choose
	"google.golang.org/protobuf/proto"
)

// Span as it arrived.
type Span struct {
	*otlp.Span
	Resource map[string]any
}

// ID, TraceID and ParentID in hex.
func (s Span) ID() string       { return hex.EncodeToString(s.SpanId) }
func (s Span) TraceID() string  { return hex.EncodeToString(s.TraceId) }
func (s Span) ParentID() string { return hex.EncodeToString(s.ParentSpanId) }

// Attribute's value, nil when it is not there.
func (s Span) Attribute(key string) any { return attributes(s.Attributes)[key] }

// Receiver of OTLP. Answer, where it is set, decides about each request before its spans are kept.
type Receiver struct {
	collector.UnimplementedTraceServiceServer
	Answer func() (*collector.ExportTraceServiceResponse, error)

	mu      sync.Mutex
	spans   []Span
	changed chan struct{}
}

// StartGRPC on a free port of the loopback; it stops with the test. Returns host:port.
func StartGRPC(t *testing.T) (*Receiver, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Receiver{changed: make(chan struct{})}
	stop := r.ServeGRPC(listener)
	t.Cleanup(stop)
	return r, listener.Addr().String()
}

// New receiver that listens nowhere yet.
func New() *Receiver {
	return &Receiver{changed: make(chan struct{})}
}

// ServeGRPC on a listener of the caller's, until stop.
func (r *Receiver) ServeGRPC(listener net.Listener) (stop func()) {
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, r)
	go func() { _ = server.Serve(listener) }()
	return server.Stop
}

// StartHTTP on a free port of the loopback; it stops with the test. Returns its base URL.
func StartHTTP(t *testing.T) (*Receiver, string) {
	t.Helper()
	r := New()
	server := httptest.NewServer(http.HandlerFunc(r.serveHTTP))
	// The exporter leaves its idle connection to the process's end, which would look like a leak.
	server.Config.SetKeepAlivesEnabled(false)
	t.Cleanup(server.Close)
	return r, server.URL
}

func (r *Receiver) serveHTTP(w http.ResponseWriter, request *http.Request) {
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(request.Body)
	}
	data, _ := io.ReadAll(body)
	var message collector.ExportTraceServiceRequest
	if request.URL.Path != "/v1/traces" || proto.Unmarshal(data, &message) != nil {
		http.Error(w, "no traces here: "+request.URL.Path, http.StatusNotFound)
		return
	}
	answer, err := r.Export(request.Context(), &message)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	encoded, _ := proto.Marshal(answer)
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(encoded)
}

// Export of the gRPC service.
func (r *Receiver) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	answer := &collector.ExportTraceServiceResponse{}
	if r.Answer != nil {
		given, err := r.Answer()
		if err != nil {
			return nil, err
		}
		if given != nil {
			answer = given
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range request.ResourceSpans {
		about := attributes(resource.GetResource().GetAttributes())
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				r.spans = append(r.spans, Span{span, about})
			}
		}
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return answer, nil
}

// Spans so far.
func (r *Receiver) Spans() []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Span(nil), r.spans...)
}

// WaitFor a span that match accepts.
func (r *Receiver) WaitFor(t *testing.T, what string, match func(Span) bool) Span {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		r.mu.Lock()
		changed := r.changed
		for _, span := range r.spans {
			if match(span) {
				r.mu.Unlock()
				return span
			}
		}
		names := ""
		for _, span := range r.spans {
			names += fmt.Sprintf(" %q", span.Name)
		}
		r.mu.Unlock()
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("no span %s; there are%s", what, names)
		}
	}
}

// Named span, the first.
func (r *Receiver) Named(t *testing.T, name string) Span {
	t.Helper()
	return r.WaitFor(t, name, func(s Span) bool { return s.Name == name })
}

// WaitForCount of spans.
func (r *Receiver) WaitForCount(t *testing.T, count int) []Span {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		r.mu.Lock()
		changed, spans := r.changed, append([]Span(nil), r.spans...)
		r.mu.Unlock()
		if len(spans) >= count {
			return spans
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d spans have arrived, not %d", len(spans), count)
		}
	}
}

func attributes(list []*common.KeyValue) map[string]any {
	all := make(map[string]any, len(list))
	for _, each := range list {
		switch value := each.Value.Value.(type) {
		case *common.AnyValue_StringValue:
			all[each.Key] = value.StringValue
		case *common.AnyValue_IntValue:
			all[each.Key] = value.IntValue
		case *common.AnyValue_DoubleValue:
			all[each.Key] = value.DoubleValue
		case *common.AnyValue_BoolValue:
			all[each.Key] = value.BoolValue
		default:
			all[each.Key] = fmt.Sprint(each.Value)
		}
	}
	return all
}
