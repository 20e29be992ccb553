package service

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
)

// heapMiB in use.
func heapMiB() float64 {
	runtime.GC()
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return float64(now.HeapAlloc) / (1 << 20)
}

// startWithoutDelivery of spans, until the test ends: all but four, in batches of one, stay in the queue as they ended.
func startWithoutDelivery(t *testing.T) *running {
	t.Helper()
	r := start(t, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=1")
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	r.otlp.Answer = func() (*collector.ExportTraceServiceResponse, error) {
		<-end
		return &collector.ExportTraceServiceResponse{}, nil
	}
	return r
}

// Texts in spans, and in connections, are parts of what callers send, and may not keep all of it in memory.
func TestAQueuedSpanKeepsNothingOfALongRequest(t *testing.T) {
	const requests = 1000
	traceparent := "00-" + messageTrace + "-" + messageSpan + "-01"
	long := strings.Repeat("x", 15_000)
	get := func(query string, header http.Header) func(*testing.T, *running) {
		return func(t *testing.T, r *running) {
			request, err := http.NewRequest(http.MethodGet, r.URL()+"/health?"+query, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = header.Clone()
			request.Header.Set("Traceparent", traceparent)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
	}
	for name, ask := range map[string]func(*testing.T, *running){
		"a long query":                         get(long, http.Header{}),
		"a long list of X-Forwarded-For":       get("", http.Header{"X-Forwarded-For": {"192.0.2.1," + long}}),
		"a long User-Agent":                    get("", http.Header{"User-Agent": {long}}),
		"a tracestate of one member, and junk": get("", http.Header{"Tracestate": {"a=b," + long}}),
	} {
		t.Run(name, func(t *testing.T) {
			r := startWithoutDelivery(t)
			before := heapMiB()
			for range requests {
				ask(t, r)
			}
			if got := r.tracing.Stats(); got.Queued != requests {
				t.Fatalf("%+v", got)
			}
			keptKiB := (heapMiB() - before) * 1024 / requests
			t.Logf("%.1f KiB a span", keptKiB)
			if keptKiB > 6 {
				t.Errorf("%.1f KiB are kept of each request", keptKiB)
			}
		})
	}
}

func TestAConnectionAndItsSpansKeepNothingOfALongTracestate(t *testing.T) {
	const messages = 300
	r := startWithoutDelivery(t)
	c := r.dial(t, nil)
	before := heapMiB()
	for i := range messages {
		c.send(fmt.Sprintf(`{"type":"complete","id":"%d","prompt":"","traceparent":"00-%s-%s-01","tracestate":"a=b,%s"}`, i, messageTrace, messageSpan, strings.Repeat("x", 64_000)))
		if got := c.receive(); got.Code != "bad_message" {
			t.Fatalf("%+v", got)
		}
		c.send(`{"type":"ping","id":"p"}`)
		c.receive()
	}
	keptKiB := (heapMiB() - before) * 1024 / messages
	t.Logf("%.1f KiB a message", keptKiB)
	if keptKiB > 10 {
		t.Errorf("%.1f KiB are kept of each message", keptKiB)
	}
}
