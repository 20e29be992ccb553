package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/routertest"
)

// containerMiB of the reference stack (stack/compose.apps.yaml), where GOMEMLIMIT is 200MiB.
const containerMiB = 256

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// The worst at once: as many connections as there may be, each with as many of the largest messages as it may have under way,
// a router that does not answer, headers of the largest size, and no backend for the spans. HOSTILE_CLIENTS=2048 is the default
// of MAX_CONNECTIONS; so few are too much already, without a bound of all of them together.
func TestItsMemoryIsBoundedWhateverClientsDo(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the memory of a process is read from /proc, which this system has not")
	}
	clients := 300
	if given := os.Getenv("HOSTILE_CLIENTS"); given != "" {
		clients, _ = strconv.Atoi(given)
	}
	router := routertest.Start(t)
	router.Answer = func(_ http.ResponseWriter, r *http.Request, _ routertest.Request) bool {
		<-r.Context().Done()
		return true
	}
	service := startProgram(t, "PORT=0", "ROUTER_URL="+router.URL, "OTEL_EXPORTER_OTLP_ENDPOINT=127.0.0.1:1", "OTEL_EXPORTER_OTLP_INSECURE=true",
		"MAX_CONNECTIONS_PER_ADDRESS=2048", "MESSAGE_TIMEOUT_MS=3600000", "PING_INTERVAL_MS=3600000", "FLUSH_TIMEOUT_MS=100", "SHUTDOWN_TIMEOUT_MS=100", "GOMEMLIMIT=200MiB")
	// Spans show a part of each of these texts, and may not keep the rest.
	header := http.Header{
		"User-Agent":      {strings.Repeat("a", 3000)},
		"X-Forwarded-For": {"192.0.2.1," + strings.Repeat("b", 3000)},
		"Traceparent":     {traceparent},
		"Tracestate":      {"a=b," + strings.Repeat("c", 3000)},
	}
	query := "?" + strings.Repeat("q", 3000)
	refused := []byte(fmt.Sprintf(`{"type":"complete","id":"x","prompt":"","traceparent":%q,"tracestate":"a=b,%s"}`, traceparent, strings.Repeat("x", 65_000)))
	message := []byte(fmt.Sprintf(`{"type":"complete","id":"x","prompt":%q}`, strings.Repeat("x", 65_000)))
	sockets := make([]*websocket.Conn, clients)
	for i := range sockets {
		socket, _, err := websocket.Dial(t.Context(), service.url+"/ws"+query, &websocket.DialOptions{HTTPHeader: header})
		if err != nil {
			t.Fatal(err)
		}
		defer socket.CloseNow()
		sockets[i] = socket
	}
	var hostile sync.WaitGroup
	for _, socket := range sockets {
		hostile.Go(func() {
			// Twelve that are wrong, as many as it may have under way, and two more: with fourteen answers it has read them all.
			for _, each := range slices.Concat(slices.Repeat([][]byte{refused}, 12), slices.Repeat([][]byte{message}, 10)) {
				if err := socket.Write(t.Context(), websocket.MessageText, each); err != nil {
					t.Errorf("%v", err)
					return
				}
			}
			for range 14 {
				if _, answer, err := socket.Read(t.Context()); err != nil || !strings.Contains(string(answer), `"code":"busy"`) && !strings.Contains(string(answer), `"code":"bad_message"`) {
					t.Errorf("%s %v", answer, err)
					return
				}
			}
		})
	}
	hostile.Wait()
	peak := peakMiB(t, service.command.Process.Pid)
	t.Logf("%d MiB at its peak, with %d clients", peak, clients)
	if peak >= containerMiB {
		t.Errorf("%d MiB, of %d that it has", peak, containerMiB)
	}
}

// peakMiB of memory that a process has had.
func peakMiB(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			kilobytes, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes / 1024
		}
	}
	t.Fatalf("no VmHWM in %s", status)
	return 0
}
