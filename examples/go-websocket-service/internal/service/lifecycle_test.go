package service

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/otlptest"
	"uat-tracing.example/websocket-service/internal/routertest"
)

func TestStoppingAnswersWhatIsUnderWay(t *testing.T) {
	r := start(t)
	asked, release := make(chan struct{}), make(chan struct{})
	r.router.Answer = func(http.ResponseWriter, *http.Request, routertest.Request) bool {
		close(asked)
		<-release
		return false
	}
	busyOne, idle := r.dial(t, nil), r.dial(t, nil)
	busyOne.send(`{"type":"complete","id":"x","prompt":"under way"}`)
	<-asked
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.stop() }()
	if got := idle.closed(); got.Code != websocket.StatusGoingAway || got.Reason != "the service is stopping" {
		t.Errorf("the idle one: %v", got)
	}
	busyOne.send(`{"type":"complete","id":"y","prompt":"too late"}`)
	if got := busyOne.receive(); got.Code != "busy" || got.ID != "y" || got.Message != "the service is stopping" {
		t.Errorf("%+v", got)
	}
	close(release)
	if got := busyOne.receive(); got.Type != "completion" || got.Text != "under way" {
		t.Errorf("%+v", got)
	}
	if got := busyOne.closed(); got.Code != websocket.StatusGoingAway {
		t.Errorf("the busy one: %v", got)
	}
	<-stopped
	names := map[string]int{}
	for _, span := range r.otlp.Spans() {
		names[span.Name]++
	}
	if fmt.Sprint(names) != "map[GET /ws:2 POST /v1/completions:1 close /ws:2 complete /ws:2]" {
		t.Errorf("delivered at the end: %v", names)
	}
}

func TestStoppingDoesNotWaitForClientsThatDoNot(t *testing.T) {
	r := start(t, "SHUTDOWN_TIMEOUT_MS=300")
	r.router.Answer = func(_ http.ResponseWriter, request *http.Request, _ routertest.Request) bool {
		<-request.Context().Done()
		return true
	}
	c := r.dialRaw(t)
	c.write(frame(text, `{"type":"complete","id":"x","prompt":"never answered"}`))
	waitUntil(t, "the router is asked", func() bool { return len(r.router.Requests()) == 1 })
	r.sockets.Shutdown(expired(t))
	if got := r.sockets.Open(); got != 0 {
		t.Errorf("%d connections", got)
	}
}

// 150 connections that come, ask and go, some without a word: no goroutine is left (start checks), and no span is lost.
func TestManyConnectionsLeaveNothingBehind(t *testing.T) {
	const clients, messages = 150, 5
	r := start(t)
	var done sync.WaitGroup
	for i := range clients {
		done.Go(func() {
			c := r.dial(t, nil)
			for j := range messages {
				c.send(fmt.Sprintf(`{"type":"complete","id":"%d-%d","prompt":"a b c","stream":%v}`, i, j, j%2 == 0))
				for c.receive().Type != "completion" {
				}
			}
			if i%3 == 0 {
				_ = c.socket.CloseNow()
			} else {
				c.close()
			}
		})
	}
	done.Wait()
	waitUntil(t, "all connections are gone", func() bool { return r.sockets.Open() == 0 })
	r.stop()
	want := clients * (2 + 2*messages)
	ids := map[string]int{}
	for _, span := range r.otlp.Spans() {
		ids[span.ID()]++
	}
	if got := len(ids); got != want {
		t.Errorf("%d spans, not %d", got, want)
	}
	// OTLP is delivery at least once: a batch whose answer is late is sent again. It is not to happen without being said.
	if twice := len(r.otlp.Spans()) - len(ids); twice > 0 {
		t.Logf("%d spans arrived twice: %v", twice, r.log.with(t, "spans cannot be exported, they are kept and tried again")["error"])
	}
	if got := r.tracing.Stats(); got.Ended != int64(want) || got.Exported != int64(want) || got.Dropped != 0 {
		t.Errorf("%+v", got)
	}
}

func TestABackendThatIsDownDoesNotHurt(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	r := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+address)
	c := r.dial(t, nil)
	ask := func() {
		t.Helper()
		c.send(`{"type":"complete","id":"x","prompt":"a"}`)
		if got := c.receive(); got.Type != "completion" {
			t.Errorf("%+v", got)
		}
	}
	for range 20 {
		ask()
	}
	waitUntil(t, "it is said", func() bool { return r.log.count("spans cannot be exported") == 1 })
	if listener, err = net.Listen("tcp", address); err != nil {
		t.Skipf("somebody else took the port meanwhile: %v", err)
	}
	receiver := otlptest.New()
	t.Cleanup(receiver.ServeGRPC(listener))
	receiver.WaitForCount(t, 41)
	waitUntil(t, "the recovery is said", func() bool { return r.log.count("spans are exported again") == 1 })
	ask()
	c.close()
	r.stop()
	if got := r.log.count("spans cannot be exported"); got != 1 {
		t.Errorf("said %d times", got)
	}
	if got := len(receiver.Spans()); got != 44 || r.tracing.Stats().Dropped != 0 {
		t.Errorf("%d spans, %+v", got, r.tracing.Stats())
	}
}

func TestOTLPOverHTTP(t *testing.T) {
	receiver, base := otlptest.StartHTTP(t)
	r := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+base, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
	r.dial(t, nil).close()
	receiver.Named(t, "close /ws")
	if line := r.log.with(t, "tracing initialized"); line["endpoint"] != base+"/v1/traces" || line["protocol"] != "http/protobuf" {
		t.Errorf("%v", line)
	}
}

func TestWithoutExport(t *testing.T) {
	r := start(t, "OTEL_SDK_DISABLED=true")
	c := r.dial(t, nil)
	c.send(`{"type":"complete","id":"x","prompt":"a","traceparent":"00-` + messageTrace + `-` + messageSpan + `-01"}`)
	if got := c.receive(); got.Type != "completion" {
		t.Errorf("%+v", got)
	}
	if got := r.router.Requests()[0].Header.Get("traceparent"); !strings.Contains(got, messageTrace) {
		t.Errorf("the context does not travel on: %s", got)
	}
	c.close()
}

func TestState(t *testing.T) {
	r := start(t)
	r.dial(t, nil)
	response, err := http.Get(r.URL() + "/debug/state")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var state struct {
		Goroutines, Connections int
		Spans                   map[string]int64
	}
	if err := json.NewDecoder(response.Body).Decode(&state); err != nil || state.Goroutines < 4 || state.Connections != 1 || state.Spans["dropped"] != 0 {
		t.Errorf("%+v %v", state, err)
	}
}
