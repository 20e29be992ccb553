package service

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"uat-tracing.example/websocket-service/internal/routertest"
)

func TestTextsOfCallersAreCutInSpans(t *testing.T) {
	r := start(t)
	header := http.Header{
		"User-Agent":      {strings.Repeat("a", 3000)},
		"X-Forwarded-For": {strings.Repeat("ü", 1500)},
		"Traceparent":     {"00-" + upgradeTrace + "-" + upgradeSpan + "-01"},
		"Tracestate":      {"a=" + strings.Repeat("x", 250), "b=" + strings.Repeat("x", 250), "c=" + strings.Repeat("x", 250), "d=1"},
	}
	c := r.dial(t, header)
	long := strings.Repeat("x", 250)
	c.send(`{"type":"complete","id":"a","prompt":"x","traceparent":"00-` + messageTrace + `-` + messageSpan + `-01","tracestate":"a=` + long + `,b=` + long + `,c=` + long + `"}`)
	c.receive()
	c.close()
	handshake, complete := r.otlp.Named(t, "GET /ws"), r.otlp.Named(t, "complete /ws")
	for key, want := range map[string]string{"user_agent.original": strings.Repeat("a", 1024), "client.address": strings.Repeat("ü", 1024)} {
		if got := handshake.Attribute(key); got != want {
			t.Errorf("%s: %.2000v", key, got)
		}
	}
	// ot=th:0 is no entry of the caller's, and none is made up.
	if want := "a=" + long + ",b=" + long + ",d=1"; handshake.TraceState != want {
		t.Errorf("tracestate of the handshake: %s", handshake.TraceState)
	}
	if want := "a=" + long + ",b=" + long; complete.TraceState != want || r.router.Requests()[0].Header.Get("tracestate") != want {
		t.Errorf("tracestate of the message: %s", complete.TraceState)
	}
}

// What tells that it is a secret may come behind the cut.
func TestASecretThatIsCutIsMasked(t *testing.T) {
	r := start(t)
	const secret = "postgres://user:hunter22secret@db/x"
	r.router.Answer = func(w http.ResponseWriter, _ *http.Request, _ routertest.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprintf(w, `{"error":{"message":"%s %s"}}`, strings.Repeat("a", 270), secret)
		return true
	}
	c := r.dial(t, http.Header{"User-Agent": {strings.Repeat("a", 994) + " " + secret}, "X-Forwarded-For": {strings.Repeat("a", 994) + " " + secret}})
	c.send(complete("a", 10))
	if got := c.receive(); got.Code != "router_unavailable" || strings.Contains(got.Message, "hunter2") {
		t.Errorf("%+v", got)
	}
	c.send(`{"type":"` + strings.Repeat("a", 10) + " " + secret + `","id":"b"}`)
	if got := c.receive(); got.Code != "bad_message" || strings.Contains(got.Message, "hunter2") {
		t.Errorf("%+v", got)
	}
	c.close()
	handshake := r.otlp.Named(t, "GET /ws")
	for _, key := range []string{"user_agent.original", "client.address"} {
		if got, _ := handshake.Attribute(key).(string); len(got) != 1024 || !strings.HasPrefix(got[994:], " postgres://REDACTED:REDACTED@"[:20]) {
			t.Errorf("%s: %q", key, got)
		}
	}
	if got := fmt.Sprint(r.otlp.Named(t, "complete /ws")); strings.Contains(got, "hunter2") {
		t.Errorf("%s", got)
	}
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	if strings.Contains(r.log.all.String(), "hunter2") {
		t.Errorf("%s", r.log.all.String())
	}
}

// One that could not be encoded would take its whole batch, the spans of everybody, with it.
func TestATextThatIsNotUTF8HurtsNoSpan(t *testing.T) {
	r := start(t)
	for range 3 {
		r.dial(t, http.Header{"User-Agent": {"a\xff\xfeb"}, "X-Forwarded-For": {strings.Repeat("\xff", 2000)}}).close()
	}
	waitUntil(t, "all connections are gone", func() bool { return r.sockets.Open() == 0 })
	r.stop()
	if got := r.tracing.Stats(); got.Exported != 6 || got.Dropped != 0 {
		t.Errorf("%+v", got)
	}
	if got := r.otlp.Named(t, "GET /ws").Attribute("user_agent.original"); got != "a\uFFFDb" {
		t.Errorf("%q", got)
	}
}

func TestTheContextOfTheUpgradeRequest(t *testing.T) {
	for _, each := range []struct {
		name    string
		parents []string
		trace   string
		state   string
	}{
		{"one", []string{"00-" + upgradeTrace + "-" + upgradeSpan + "-01"}, upgradeTrace, "a=1,b=2,c=3"},
		{"flags without a meaning", []string{"00-" + upgradeTrace + "-" + upgradeSpan + "-fd"}, upgradeTrace, "a=1,b=2,c=3"},
		{"two", []string{"00-" + upgradeTrace + "-" + upgradeSpan + "-01", "00-" + messageTrace + "-" + messageSpan + "-01"}, "", "ot=th:0"},
	} {
		t.Run(each.name, func(t *testing.T) {
			r := start(t)
			c := r.dial(t, http.Header{"Traceparent": each.parents, "Tracestate": {"a=1,b=2", "c=3"}})
			c.send(`{"type":"complete","id":"a","prompt":"x","traceparent":"00-` + messageTrace + `-` + messageSpan + `-09"}`)
			c.receive()
			c.close()
			handshake, complete := r.otlp.Named(t, "GET /ws"), r.otlp.Named(t, "complete /ws")
			if each.trace == "" && (handshake.ParentID() != "" || handshake.TraceID() == upgradeTrace || handshake.TraceID() == messageTrace) ||
				each.trace != "" && handshake.TraceID() != each.trace || handshake.TraceState != each.state {
				t.Errorf("the handshake: trace %s, parent %q, %s", handshake.TraceID(), handshake.ParentID(), handshake.TraceState)
			}
			links := handshake.ID()
			if each.trace != "" {
				links += " " + upgradeSpan
			}
			if complete.TraceID() != messageTrace || complete.ParentID() != messageSpan || linksOf(complete) != links {
				t.Errorf("the message: trace %s, parent %s, links %s", complete.TraceID(), complete.ParentID(), linksOf(complete))
			}
		})
	}
}

func TestALongNumberIsNotQuotedWhole(t *testing.T) {
	c := start(t).dial(t, nil)
	c.send(`{"type":"complete","id":"x","prompt":"a","max_tokens":1.` + strings.Repeat("5", 50_000) + `}`)
	if got := c.receive(); got.Code != "bad_message" || got.ID != "x" || len(got.Message) > 200 {
		t.Errorf("%d bytes: %.300s", len(got.Message), got.Message)
	}
}

// What is no HTTP is quoted in the error of Go's client, which is the status of the span.
func TestARouterThatSpeaksNoHTTPFillsNoSpan(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, request.Body)
				_, _ = io.WriteString(conn, strings.Repeat("x", 10_000)+"\r\n\r\n")
			}
			_ = conn.Close()
		}
	}()
	r := start(t, "ROUTER_URL=http://"+listener.Addr().String())
	c := r.dial(t, nil)
	c.send(complete("a", 10))
	if got := c.receive(); got.Code != "router_unavailable" || len(got.Message) > 300 {
		t.Errorf("%+v", got)
	}
	span := r.otlp.Named(t, "POST /v1/completions")
	if got := span.Status.GetMessage(); got == "" || len(got) > 400 {
		t.Errorf("%d bytes: %.500s", len(got), got)
	}
	if cause := fmt.Sprint(r.log.with(t, "message failed")["cause"]); len(cause) > 500 {
		t.Errorf("%d bytes: %.600s", len(cause), cause)
	}
}
