package router

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace/noop"

	"uat-tracing.example/websocket-service/internal/settings"
)

const answered = `{"model":"echo","choices":[{"text":"a"}]}`

func clientOf(t *testing.T, base string) *Client {
	t.Helper()
	parsed, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{
		Router:         settings.Router{URL: parsed, MaxConnections: 4, MaxAnswerBytes: 1 << 20},
		TracerProvider: noop.NewTracerProvider(),
		Propagator:     propagation.TraceContext{},
	})
	t.Cleanup(c.Close)
	return c
}

func ask(t *testing.T, c *Client, request Request, stream bool) (Completion, *Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var completion Completion
	var err error
	if stream {
		completion, err = c.Stream(ctx, request, func(string) error { return nil })
	} else {
		completion, err = c.Complete(ctx, request)
	}
	var known *Error
	if err != nil && !errors.As(err, &known) {
		t.Fatalf("an error of another kind: %v", err)
	}
	return completion, known
}

// A completion costs money. net/http repeats requests by itself, on a connection that it has used before, where it takes them
// for repeatable; so each case begins with one that is answered.
func TestACompletionIsAskedForOnce(t *testing.T) {
	for name, fails := range map[string]func(w http.ResponseWriter){
		"closed without an answer": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"reset": func(w http.ResponseWriter) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		},
		"500": func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"503 with Retry-After": func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"307": func(w http.ResponseWriter) {
			w.Header().Set("Location", completionsPath)
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
	} {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, stream %v", name, stream), func(t *testing.T) {
				var requests, connections atomic.Int32
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					if requests.Add(1) > 1 {
						fails(w)
						return
					}
					w.Header().Set("Content-Type", "application/json")
					fmt.Fprint(w, answered)
				}))
				server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
					if state == http.StateNew {
						connections.Add(1)
					}
				}
				server.Start()
				t.Cleanup(server.Close)
				c := clientOf(t, server.URL)
				if _, err := ask(t, c, Request{Prompt: "a"}, false); err != nil {
					t.Fatal(err)
				}
				if _, err := ask(t, c, Request{Prompt: "b"}, stream); err == nil {
					t.Error("no error")
				}
				if got := requests.Load(); got != 2 || connections.Load() != 1 {
					t.Errorf("the second was sent %d times, on %d connections", got-1, connections.Load())
				}
			})
		}
	}
}

func TestWhatComesBesideTheTextIsBounded(t *testing.T) {
	long := strings.Repeat("ü", 40_000)
	for _, each := range []struct {
		name, answer   string
		model          int
		usage, context int
	}{
		{"usual", `{"model":"echo","usage":{"total_tokens":3},"context":{"status":"found"},"choices":[{"text":"a"}]}`, 4, 18, 18},
		{"a long model", `{"model":"` + long + `","choices":[{"text":"a"}]}`, maxModelLength + len("…"), 0, 0},
		{"a large usage", `{"usage":{"x":"` + long + `"},"choices":[{"text":"a"}]}`, 0, 0, 0},
		{"a large context", `{"context":{"x":"` + long + `"},"choices":[{"text":"a"}]}`, 0, 0, 0},
		{"a context of some passages", `{"context":{"x":"` + long[:60_000] + `"},"choices":[{"text":"a"}]}`, 0, 0, 60_008},
	} {
		for _, stream := range []bool{false, true} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if stream {
					w.Header().Set("Content-Type", "text/event-stream")
					fmt.Fprintf(w, "data: %s\n\ndata: [DONE]\n\n", each.answer)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, each.answer)
			}))
			t.Cleanup(server.Close)
			got, err := ask(t, clientOf(t, server.URL), Request{Prompt: "a"}, stream)
			if err != nil || got.Text != "a" || len(got.Model) != each.model || len(got.Usage) != each.usage || len(got.Context) != each.context {
				t.Errorf("%s, stream %v: text %q, model %d, usage %d, context %d bytes, %v", each.name, stream, got.Text, len(got.Model), len(got.Usage), len(got.Context), err)
			}
		}
	}
}

func TestWhatIsNoAnswerOfHTTPIsNotQuotedWhole(t *testing.T) {
	for name, answer := range map[string]string{
		"a status line": strings.Repeat("x", 10_000) + "\r\n\r\n",
		"a header":      "HTTP/1.1 200 OK\r\n" + strings.Repeat("y", 10_000) + "\r\n\r\n",
		"a head of 100 KB": "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: " + strings.Repeat("z", 100_000) + "\r\nContent-Length: " +
			fmt.Sprint(len(answered)) + "\r\n\r\n" + answered,
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, request.Body)
				_, _ = io.WriteString(conn, answer)
			}
		}()
		_, failed := ask(t, clientOf(t, "http://"+listener.Addr().String()), Request{Prompt: "a"}, false)
		if failed == nil || failed.Code != Unavailable || failed.Cause == nil || len(failed.Cause.Error()) > 2*maxMessageLength {
			t.Errorf("%s: %.1000v", name, failed)
		}
	}
}

func TestRoomIsAskedForEveryByte(t *testing.T) {
	text := strings.Repeat("x", 200_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body)
		if strings.Contains(string(asked), `"stream":true`) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "data: {\"choices\":[{\"text\":%q}]}\n\ndata: [DONE]\n\n", text)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"choices":[{"text":%q}]}`, text)
	}))
	t.Cleanup(server.Close)
	c := clientOf(t, server.URL)
	for _, stream := range []bool{false, true} {
		asked, limit := int64(0), int64(1<<30)
		room := func(bytes int64) bool { asked += bytes; return asked <= limit }
		if got, err := ask(t, c, Request{Prompt: "a", Room: room}, stream); err != nil || got.Text != text || asked < int64(len(text)) {
			t.Errorf("stream %v: room for %d bytes was asked, %v", stream, asked, err)
		}
		asked, limit = 0, 100_000
		if _, err := ask(t, c, Request{Prompt: "a", Room: room}, stream); err == nil || err.Code != Busy || asked > 200_000 {
			t.Errorf("stream %v: %v, room for %d bytes was asked", stream, err, asked)
		}
	}
}
