package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"uat-tracing.example/websocket-service/internal/otlptest"
	"uat-tracing.example/websocket-service/internal/routertest"
)

// The built program under load: every message is answered, every span arrives, every goroutine goes. LOAD_CLIENTS and
// LOAD_DURATION make it larger: 1000 and 60s are what the service is made for.
func TestNothingIsLostUnderLoad(t *testing.T) {
	o := options{clients: 50, dialing: 50, duration: 2 * time.Second, interval: 100 * time.Millisecond, patience: 30 * time.Second, prompt: "What is a trace?"}
	if given := os.Getenv("LOAD_CLIENTS"); given != "" {
		o.clients, _ = strconv.Atoi(given)
		o.interval = time.Second
	}
	if given := os.Getenv("LOAD_DURATION"); given != "" {
		o.duration, _ = time.ParseDuration(given)
	}
	receiver, address := otlptest.StartGRPC(t)
	service := startProgram(t, "PORT=0", "ROUTER_URL="+routertest.Start(t).URL, "OTEL_EXPORTER_OTLP_ENDPOINT="+address, "OTEL_EXPORTER_OTLP_INSECURE=true",
		// All of them come from one address.
		fmt.Sprint("MAX_CONNECTIONS_PER_ADDRESS=", o.clients))
	o.url = service.url + "/ws"
	before := service.state(t)
	r := load(t.Context(), o)
	report, _ := json.Marshal(r)
	t.Logf("%s", report)
	if r.Connections != o.clients || r.ClosedWell != o.clients || r.Sent < o.clients || r.Answered != r.Sent || r.Traces != r.Answered || len(r.Errors) > 0 {
		t.Errorf("not every message was answered")
	}
	deadline := time.Now().Add(30 * time.Second)
	after := service.state(t)
	for (after.Connections > 0 || after.Goroutines > before.Goroutines+idleGoroutines) && time.Now().Before(deadline) {
		time.Sleep(100 * time.Millisecond)
		after = service.state(t)
	}
	if after.Connections > 0 || after.Goroutines > before.Goroutines+idleGoroutines {
		t.Errorf("before %+v, afterwards %+v", before, after)
	}
	service.stop(t)
	want := 2*r.Connections + 2*r.Sent
	spans := receiver.Spans()
	ids := make(map[string]bool, len(spans))
	traces := make(map[string]bool, len(spans))
	for _, span := range spans {
		ids[span.ID()] = true
		if span.Name == "complete /ws" {
			traces[span.TraceID()] = true
		}
	}
	missing := 0
	for _, id := range r.traceIDs {
		if !traces[id] {
			missing++
		}
	}
	t.Logf("%d spans, %d traces of messages; goroutines before %d, afterwards %d", len(spans), len(traces), before.Goroutines, after.Goroutines)
	// Different ones: a batch whose answer is late on a busy machine is sent again.
	if len(ids) != want || missing > 0 {
		t.Errorf("%d spans, %d different ones, not %d; %d traces are missing", len(spans), len(ids), want, missing)
	}
}

// idleGoroutines that may be more afterwards: those of the connection to the OTLP backend, and of this test's own request.
// Idle connections to the router are closed ten seconds after their last use.
const idleGoroutines = 10

type state struct{ Goroutines, Connections int }

type startedProgram struct {
	url     string
	command *exec.Cmd
	// dropped is what it has said of spans that were dropped, empty for nothing.
	dropped atomic.Pointer[string]
}

func startProgram(t *testing.T, variables ...string) *startedProgram {
	t.Helper()
	path := filepath.Join(t.TempDir(), "websocket-service")
	if out, err := exec.Command("go", "build", "-o", path, "../..").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	command := exec.Command(path)
	command.Env = variables
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill() })
	service := &startedProgram{command: command}
	listening := make(chan string, 1)
	go func() {
		defer close(listening)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			var line struct{ Level, Msg, URL string }
			_ = json.Unmarshal(lines.Bytes(), &line)
			if line.Msg == "listening" {
				listening <- line.URL
			}
			if line.Msg == "spans were dropped" {
				said := lines.Text()
				service.dropped.Store(&said)
			}
		}
	}()
	url, open := <-listening
	if !open {
		t.Fatal("it does not listen")
	}
	service.url = url
	return service
}

func (p *startedProgram) stop(t *testing.T) {
	t.Helper()
	_ = p.command.Process.Signal(syscall.SIGTERM)
	if err := p.command.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
	if said := p.dropped.Load(); said != nil {
		t.Errorf("the service says: %s", *said)
	}
}

func (p *startedProgram) state(t *testing.T) (s state) {
	t.Helper()
	response, err := http.Get(p.url + "/debug/state")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatGoesWrongIsCounted(t *testing.T) {
	router := routertest.Start(t)
	var working atomic.Bool
	router.Answer = func(w http.ResponseWriter, _ *http.Request, _ routertest.Request) bool {
		if working.Load() {
			return false
		}
		http.Error(w, "{}", http.StatusServiceUnavailable)
		return true
	}
	o := options{clients: 3, dialing: 1, duration: 300 * time.Millisecond, interval: 50 * time.Millisecond, patience: 5 * time.Second, prompt: "a"}
	o.url = "ws://127.0.0.1:1/ws"
	if r := load(context.Background(), o); r.ConnectErrors != 3 || r.Connections != 0 || r.Errors["connect: connection refused"] != 3 {
		t.Errorf("%+v", r.Errors)
	}
	service := startProgram(t, "PORT=0", "OTEL_TRACES_EXPORTER=none", "ROUTER_URL="+router.URL)
	o.url = service.url + "/ws"
	if r := load(context.Background(), o); r.Sent == 0 || r.Answered != 0 || r.Errors["router_unavailable"] != r.Sent || r.ClosedWell != 3 {
		t.Errorf("%d sent, %d answered, %v", r.Sent, r.Answered, r.Errors)
	}
	working.Store(true)
	if r := load(context.Background(), o); r.Answered != r.Sent || r.Unconfirmed != 0 || !strings.Contains(r.traceIDLines(), "\n") {
		t.Errorf("%d sent, %d answered, %d unconfirmed", r.Sent, r.Answered, r.Unconfirmed)
	}
}
