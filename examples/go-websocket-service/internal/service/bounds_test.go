package service

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/routertest"
)

func TestBadFramesAreRefusedWithTheirCode(t *testing.T) {
	for _, each := range []struct {
		name string
		data []byte
		code int
	}{
		{"not masked", []byte{text, 1, 'a'}, 1002},
		{"a reserved bit", frame(text|0x40, "a"), 1002},
		{"an unknown opcode", frame(0x83, "a"), 1002},
		{"an unknown control opcode", frame(0x8b, "a"), 1002},
		{"a continuation of nothing", frame(continuation, "a"), 1002},
		{"a message within a message", append(frame(firstPart, "a"), frame(text, "b")...), 1002},
		{"a ping in parts", frame(0x09, "a"), 1002},
		{"a ping of 126 bytes", frame(pingFrame, strings.Repeat("a", 126)), 1002},
		{"a close frame of one byte", frame(closeFrame, "a"), 1002},
		{"a close code that does not exist", frame(closeFrame, "\x03\xec"), 1002},
		{"binary", frame(binaryFrame, "a"), 1003},
		{"not UTF-8", frame(text, "\xff\xfe"), 1007},
		{"not UTF-8, in parts", append(frame(firstPart, "\xe2\x82"), frame(continuation, "a")...), 1007},
		{"too large", frame(text, strings.Repeat("a", 65537)), 1009},
		{"too large, in parts", append(frame(firstPart, strings.Repeat("a", 40000)), frame(continuation, strings.Repeat("a", 40000))...), 1009},
	} {
		t.Run(each.name, func(t *testing.T) {
			r := start(t)
			c := r.dialRaw(t)
			c.write(each.data)
			code, reason := c.readClose()
			if code != each.code {
				t.Errorf("%d %s", code, reason)
			}
			_ = c.conn.Close()
			span := r.otlp.Named(t, "close /ws")
			if span.Attribute("websocket.close.code") != int64(each.code) || span.Attribute("error.type") != fmt.Sprint(each.code) || span.Attribute("websocket.close.initiator") != "server" {
				t.Errorf("%v", span.Attributes)
			}
		})
	}
}

func TestAMessageOfTheLargestSizeIsAccepted(t *testing.T) {
	r := start(t)
	c := r.dial(t, nil)
	message := `{"type":"complete","id":"x","prompt":"`
	c.send(message + strings.Repeat("a", 65536-len(message)-2) + `"}`)
	if got := c.receive(); got.Type != "completion" {
		t.Errorf("%+v", got)
	}
}

func TestTooManyBadMessages(t *testing.T) {
	c := start(t, "MAX_BAD_MESSAGES=3").dial(t, nil)
	for _, text := range []string{"a", "b", `{"type":"ping"}`, "c", "d", "e"} {
		c.send(text)
	}
	if got := c.closed(); got.Code != websocket.StatusPolicyViolation || got.Reason != "too many bad messages in a row" {
		t.Errorf("%v", got)
	}
}

func TestOrigins(t *testing.T) {
	r := start(t, "ALLOWED_ORIGINS=http://localhost:8000, https://app.example.org")
	for origin, want := range map[string]int{
		"": 101, "http://localhost:8000": 101, "https://APP.example.org": 101, "http://localhost:8001": 403, "https://localhost:8000": 403, "http://app.example.org": 403,
		"null": 403, "https://app.example.org.evil.example": 403, "http://evil.example": 403,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		// The page's own host, as with a name that was made to point here.
		socket, response, err := websocket.Dial(t.Context(), r.URL()+"/ws", &websocket.DialOptions{HTTPHeader: header, Host: strings.TrimPrefix(origin, "http://")})
		if response == nil || response.StatusCode != want {
			t.Errorf("%q: %v %v", origin, response, err)
		}
		if err == nil {
			_ = socket.CloseNow()
		}
	}
}

func TestMoreConnectionsThanAllowed(t *testing.T) {
	r := start(t, "MAX_CONNECTIONS=2")
	first := r.dial(t, nil)
	r.dial(t, nil)
	_, response, err := websocket.Dial(t.Context(), r.URL()+"/ws", nil)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Fatalf("%v %v", response, err)
	}
	first.close()
	r.otlp.Named(t, "close /ws")
	waitUntil(t, "there is room again", func() bool { return r.sockets.Open() == 1 })
	r.dial(t, nil)
}

func TestMoreMessagesUnderWayThanAllowed(t *testing.T) {
	r := start(t)
	release := make(chan struct{})
	r.router.Answer = func(http.ResponseWriter, *http.Request, routertest.Request) bool { <-release; return false }
	c := r.dial(t, nil)
	for i := range 9 {
		c.send(fmt.Sprintf(`{"type":"complete","id":"%d","prompt":"a"}`, i))
	}
	if got := c.receive(); got.Code != "busy" || got.ID != "8" {
		t.Errorf("%+v", got)
	}
	close(release)
	for range 8 {
		if got := c.receive(); got.Type != "completion" {
			t.Errorf("%+v", got)
		}
	}
}

func TestASlowReaderIsClosedWithTheReason(t *testing.T) {
	r := start(t, "WRITE_TIMEOUT_MS=200", "SEND_QUEUE_SIZE=2")
	// Large answers to small messages fill the way to the client soon.
	r.router.Answer = aMegabyte
	c := r.dialRaw(t)
	// It sends on, and reads nothing, until there is no room on the way either.
	message := frame(text, `{"type":"complete","id":"x","prompt":"a"}`)
	enough := make(chan struct{})
	go func() {
		// At a pace at which not all are refused as too many.
		for pace := time.NewTicker(time.Millisecond); ; {
			select {
			case <-pace.C:
			case <-enough:
				pace.Stop()
				return
			}
			if _, err := c.conn.Write(message); err != nil {
				return
			}
		}
	}()
	waitUntil(t, "the service has given it up", func() bool { return r.log.count("message not answered") > 0 })
	close(enough)
	code, reason := c.readClose()
	if code != 1008 || reason != "the client reads too slowly" {
		t.Errorf("%d %s", code, reason)
	}
	_ = c.conn.Close()
	if got := r.otlp.Named(t, "close /ws").Attribute("websocket.close.reason"); got != "the client reads too slowly" {
		t.Errorf("%v", got)
	}
}

func TestAClientThatDoesNotAnswerPings(t *testing.T) {
	r := start(t, "PING_INTERVAL_MS=50", "PONG_TIMEOUT_MS=100")
	c := r.dialRaw(t)
	if code, reason := c.readClose(); code != 1008 || reason != "no pong in time" {
		t.Errorf("%d %s", code, reason)
	}
	_ = c.conn.Close()
	alive := r.dial(t, nil)
	reading := make(chan error, 1)
	go func() { _, _, err := alive.socket.Read(context.Background()); reading <- err }()
	select {
	case err := <-reading:
		t.Errorf("a client that answers pings was closed: %v", err)
	case <-time.After(500 * time.Millisecond):
	}
	_ = alive.socket.CloseNow()
	<-reading
}

// A frame that never ends: neither pings nor the closing handshake get through behind it.
func TestAFrameThatNeverEndsIsCutOff(t *testing.T) {
	r := start(t, "PING_INTERVAL_MS=50", "PONG_TIMEOUT_MS=100")
	c := r.dialRaw(t)
	c.write(maskedFrame(text, 60_000, "a"))
	if code, _ := c.readClose(); code != 1008 {
		t.Errorf("%d", code)
	}
	if _, err := io.ReadAll(c.in); err != nil {
		t.Errorf("not closed: %v", err)
	}
	waitUntil(t, "the connection is gone", func() bool { return r.sockets.Open() == 0 })
}

func TestHeadsThatDoNotArriveAreCutOff(t *testing.T) {
	r := start(t, "HEADER_TIMEOUT_MS=200")
	conn := r.connect(t)
	began := time.Now()
	go func() {
		// One byte after the other does not help.
		for _, b := range []byte("GET /ws HTTP/1.1\r\nX: " + strings.Repeat("a", 1000)) {
			if _, err := conn.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	_, _ = io.ReadAll(conn)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("cut off after %v", took)
	}
}

func TestRequestsThatAreNoHandshake(t *testing.T) {
	r := start(t)
	for _, each := range []struct {
		head string
		want int
	}{
		{"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n", 426},
		{"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\r\n", 400},
		{"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n", 400},
		{"POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405},
		{"GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		{"GET /health HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", 431},
	} {
		conn := r.connect(t)
		fmt.Fprint(conn, each.head)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != each.want {
			t.Errorf("%.80q: %v %v", each.head, response, err)
		}
	}
}

func TestTheStateIsForTheLoopbackOnly(t *testing.T) {
	r := start(t)
	for address, want := range map[string]int{"127.0.0.1:1": 200, "[::1]:1": 200, "10.0.0.1:1": 404, "": 404} {
		answer := &recorder{header: http.Header{}}
		request, _ := http.NewRequest(http.MethodGet, "/debug/state", nil)
		request.RemoteAddr = address
		r.server.Handler.ServeHTTP(answer, request)
		if answer.status != want {
			t.Errorf("%s: %d", address, answer.status)
		}
	}
}

type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return len(p), nil }

func waitUntil(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for !isTrue() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 60 s until %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// aMegabyte answers every question.
func aMegabyte(w http.ResponseWriter, _ *http.Request, _ routertest.Request) bool {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"choices":[{"text":"`+strings.Repeat("a", 1_000_000)+`"}]}`)
	return true
}
