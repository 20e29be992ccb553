package service

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

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

func TestMoreConnectionsOfOneAddressThanAllowed(t *testing.T) {
	r := start(t, "MAX_CONNECTIONS_PER_ADDRESS=2")
	first := r.dial(t, nil)
	r.dial(t, nil)
	_, response, err := websocket.Dial(t.Context(), r.URL()+"/ws", nil)
	if err == nil || response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Fatalf("%v %v", response, err)
	}
	if reason, _ := io.ReadAll(response.Body); !strings.Contains(string(reason), "MAX_CONNECTIONS_PER_ADDRESS") {
		t.Errorf("%s", reason)
	}
	first.close()
	waitUntil(t, "there is room again", func() bool { return r.sockets.Open() == 1 })
	r.dial(t, nil)
}

// Connections that say nothing are bounded too, and nobody is told.
func TestConnectionsThatSayNothingAreBounded(t *testing.T) {
	r := start(t, "MAX_CONNECTIONS_PER_ADDRESS=2")
	for range 2 + sparePerAddress {
		r.connect(t)
	}
	conn := r.connect(t)
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("not closed")
	}
}

// complete message with a prompt of so many bytes.
func complete(id string, bytes int) string {
	return fmt.Sprintf(`{"type":"complete","id":%q,"prompt":%q}`, id, strings.Repeat("x", bytes))
}

func TestMessagesOfAllConnectionsShareTheirMemory(t *testing.T) {
	// Three quarters of it have room for 48 that are small, 16 KiB each.
	const room = 48
	r := start(t, "MAX_BYTES_UNDER_WAY=1048576", "ROUTER_MAX_ANSWER_BYTES=200000", "MAX_IN_FLIGHT=24")
	release := make(chan struct{})
	r.router.Answer = func(http.ResponseWriter, *http.Request, routertest.Request) bool { <-release; return false }
	clients := []*client{r.dial(t, nil), r.dial(t, nil)}
	for i := range room {
		clients[i%2].send(complete(fmt.Sprint(i), 10))
	}
	waitUntil(t, "the router is asked", func() bool { return len(r.router.Requests()) == room })
	for _, each := range []struct {
		what, text, id string
	}{
		{"a small one", complete("small", 10), "small"},
		{"a large one", complete("large", 60_000), "large"},
		{"a large one, its id at its end", `{"type":"complete","prompt":"` + strings.Repeat("x", 60_000) + `","id":"x"}`, ""},
	} {
		c := r.dial(t, nil)
		c.send(each.text)
		if got := c.receive(); got.Type != "error" || got.Code != "busy" || got.ID != each.id || !strings.Contains(got.Message, "try again later") {
			t.Errorf("%s: %+v", each.what, got)
		}
		// The connection goes on.
		c.send(`{"type":"ping","id":"p"}`)
		if got := c.receive(); got.Type != "pong" {
			t.Errorf("%s: %+v", each.what, got)
		}
	}
	close(release)
	for i := range room {
		if got := clients[i%2].receive(); got.Type != "completion" {
			t.Errorf("%+v", got)
		}
	}
	waitUntil(t, "all is given back", func() bool { return r.sockets.BytesUnderWay() == 0 })
	c := r.dial(t, nil)
	c.send(complete("again", 40_000))
	if got := c.receive(); got.Type != "completion" {
		t.Errorf("%+v", got)
	}
}

// Messages that are only begun take their part as well, and do not for ever.
func TestMessagesThatDoNotComeToTheirEnd(t *testing.T) {
	r := start(t, "MAX_BYTES_UNDER_WAY=1048576", "ROUTER_MAX_ANSWER_BYTES=200000", "MESSAGE_TIMEOUT_MS=500", "PING_INTERVAL_MS=3600000")
	c := r.dialRaw(t)
	c.write(maskedFrame(text, 60_000, strings.Repeat("a", 40_000)))
	waitUntil(t, "it counts", func() bool { return r.sockets.BytesUnderWay() >= 200_000 })
	code, reason := c.readClose()
	if code != 1008 || reason != "the message does not come to its end" {
		t.Errorf("%d %s", code, reason)
	}
	_ = c.conn.Close()
	waitUntil(t, "all is given back", func() bool { return r.sockets.BytesUnderWay() == 0 && r.sockets.Open() == 0 })
}

func TestAnAnswerForWhichThereIsNoMemory(t *testing.T) {
	for _, stream := range []bool{false, true} {
		t.Run(fmt.Sprintf("stream %v", stream), func(t *testing.T) { anAnswerWithoutMemory(t, stream) })
	}
}

func anAnswerWithoutMemory(t *testing.T, stream bool) {
	t.Helper()
	// Room for one of 150 KB, four times, and not for two.
	r := start(t, "MAX_BYTES_UNDER_WAY=1048576", "ROUTER_MAX_ANSWER_BYTES=200000")
	release := make(chan struct{})
	r.router.Answer = func(w http.ResponseWriter, _ *http.Request, asked routertest.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		before, after := "", ""
		if asked.Stream {
			w.Header().Set("Content-Type", "text/event-stream")
			before, after = "data: ", "\n\ndata: [DONE]\n\n"
		}
		fmt.Fprintf(w, `%s{"choices":[{"text":"%s`, before, strings.Repeat("x", 150_000))
		_ = http.NewResponseController(w).Flush()
		if asked.Prompt == "first" {
			<-release
		}
		fmt.Fprint(w, `"}]}`+after)
		return true
	}
	ask := func(c *client, prompt string) {
		c.send(fmt.Sprintf(`{"type":"complete","id":%q,"prompt":%q,"stream":%v}`, prompt, prompt, stream))
	}
	first, second := r.dial(t, nil), r.dial(t, nil)
	ask(first, "first")
	waitUntil(t, "the first answer is there, but for its end", func() bool { return r.sockets.BytesUnderWay() > 4*150_000 })
	ask(second, "second")
	if got := second.receive(); got.Code != "busy" || got.ID != "second" || !strings.Contains(got.Message, "no memory left") {
		t.Errorf("%+v", got)
	}
	close(release)
	for got := first.receive(); got.Type != "completion"; got = first.receive() {
		if got.Type != "delta" {
			t.Fatalf("%+v", got)
		}
	}
	waitUntil(t, "all is given back", func() bool { return r.sockets.BytesUnderWay() == 0 })
	ask(second, "third")
	for got := second.receive(); got.Type != "completion"; got = second.receive() {
		if got.Type != "delta" {
			t.Fatalf("%+v", got)
		}
	}
}

// Answers that nobody reads count until their connection is closed.
func TestAnswersThatWaitCountUntilTheConnectionEnds(t *testing.T) {
	r := start(t, "WRITE_TIMEOUT_MS=3000", "MAX_BYTES_UNDER_WAY=134217728")
	large := `{"choices":[{"text":"` + strings.Repeat("a", 1_000_000) + `"}]}`
	r.router.Answer = func(w http.ResponseWriter, _ *http.Request, _ routertest.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, large)
		return true
	}
	c := r.dialRaw(t)
	for answered := 0; r.sockets.BytesUnderWay() < 2_500_000; answered++ {
		c.write(frame(text, complete("x", 10)))
		waitUntil(t, "it is answered", func() bool { return r.log.count("message answered") > answered || r.sockets.Open() == 0 })
	}
	waitUntil(t, "the client is given up", func() bool { return r.log.count("connection closed") == 1 })
	if got := r.sockets.BytesUnderWay(); got != 0 {
		t.Errorf("%d bytes are not given back", got)
	}
}

func TestALongNumberIsNotQuotedWhole(t *testing.T) {
	c := start(t).dial(t, nil)
	c.send(`{"type":"complete","id":"x","prompt":"a","max_tokens":1.` + strings.Repeat("5", 50_000) + `}`)
	if got := c.receive(); got.Code != "bad_message" || got.ID != "x" || len(got.Message) > 200 {
		t.Errorf("%d bytes: %.300s", len(got.Message), got.Message)
	}
}
