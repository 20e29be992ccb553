package service

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/routertest"
)

// complete message with a prompt of so many bytes.
func complete(id string, bytes int) string {
	return fmt.Sprintf(`{"type":"complete","id":%q,"prompt":%q}`, id, strings.Repeat("x", bytes))
}

func TestMessagesOfAllConnectionsShareTheirMemory(t *testing.T) {
	// Three quarters of it have room for 48 that are small, 16 KiB each.
	const room = 48
	r := start(t, "MAX_BYTES_UNDER_WAY=1048576", "ROUTER_MAX_ANSWER_BYTES=190000", "MAX_IN_FLIGHT=24", "MAX_CONNECTIONS_PER_ADDRESS=2048")
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

// One client with many connections leaves the others their room.
func TestOneAddressDoesNotTakeAllTheMemory(t *testing.T) {
	another := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}
	if probe, err := net.ListenTCP("tcp", another); err != nil {
		t.Skipf("this system has one address of the loopback only: %v", err)
	} else {
		_ = probe.Close()
	}
	r := start(t)
	const quarter = 10 << 20
	// The header of a large message and a half of it, which takes the most: 125 would take all there is.
	for range 125 {
		r.dialRaw(t).write(maskedFrame(text, 65_000, strings.Repeat("a", 33_000)))
	}
	waitUntil(t, "the address has its part", func() bool { return r.sockets.BytesUnderWay() > quarter/2 })
	transport := &http.Transport{DialContext: (&net.Dialer{LocalAddr: another}).DialContext}
	t.Cleanup(transport.CloseIdleConnections)
	socket, _, err := websocket.Dial(t.Context(), r.URL()+"/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.CloseNow() })
	socket.SetReadLimit(-1)
	other := &client{t, socket}
	for i := range 20 {
		other.send(complete(fmt.Sprint(i), 60_000))
		if got := other.receive(); got.Type != "completion" {
			t.Fatalf("%+v", got)
		}
	}
	if got := r.sockets.BytesUnderWay(); got > quarter {
		t.Errorf("%d bytes of one address are under way", got)
	}
	same := r.dial(t, nil)
	same.send(complete("same", 60_000))
	if got := same.receive(); got.Code != "busy" || got.ID != "same" {
		t.Errorf("%+v", got)
	}
}

// Messages that are only begun take their part as well, and do not for ever.
func TestMessagesThatDoNotComeToTheirEnd(t *testing.T) {
	r := start(t, "MAX_BYTES_UNDER_WAY=1048576", "ROUTER_MAX_ANSWER_BYTES=190000", "MESSAGE_TIMEOUT_MS=500", "PING_INTERVAL_MS=3600000")
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
	r := start(t, "MAX_BYTES_UNDER_WAY=1048576", "ROUTER_MAX_ANSWER_BYTES=190000")
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
	r.router.Answer = aMegabyte
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
