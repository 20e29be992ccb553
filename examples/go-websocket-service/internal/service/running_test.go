package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/goroutines"
	"uat-tracing.example/websocket-service/internal/logging"
	"uat-tracing.example/websocket-service/internal/otlptest"
	"uat-tracing.example/websocket-service/internal/redaction"
	"uat-tracing.example/websocket-service/internal/routertest"
	"uat-tracing.example/websocket-service/internal/settings"
	"uat-tracing.example/websocket-service/internal/tracing"
)

// running service with a router and an OTLP backend, all in this process, on real sockets.
type running struct {
	*Service
	router *routertest.Router
	otlp   *otlptest.Receiver
	log    *lines
	stop   func()
}

// start with variables; name=value. It is stopped with the test, which then fails for every goroutine left.
func start(t *testing.T, variables ...string) *running {
	t.Helper()
	goroutines.Check(t)
	r := &running{router: routertest.Start(t), log: &lines{}}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	receiver, address := otlptest.StartGRPC(t)
	r.otlp = receiver
	all := map[string]string{"PORT": "0", "ROUTER_URL": r.router.URL, "OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_INSECURE": "true",
		"OTEL_BSP_SCHEDULE_DELAY": "20", "LOG_LEVEL": "debug"}
	for _, each := range variables {
		name, value, _ := strings.Cut(each, "=")
		all[name] = value
	}
	s, err := settings.Read(func(name string) (string, bool) { value, found := all[name]; return value, found })
	if err != nil {
		t.Fatal(err)
	}
	logger := logging.New(r.log, s.LogLevel, redaction.Text)
	traced, err := tracing.Start(t.Context(), s.Tracing, logger)
	if err != nil {
		t.Fatal(err)
	}
	if r.Service, err = Start(s, traced, logger); err != nil {
		t.Fatal(err)
	}
	r.stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), s.ShutdownTimeout)
		defer cancel()
		r.Stop(ctx)
		if err := traced.Shutdown(ctx); err != nil {
			t.Errorf("the spans: %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// lines of the log.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) count(msg string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.all.String(), `"msg":"`+msg)
}

// with msg, parsed: the first.
func (l *lines) with(t *testing.T, msg string) map[string]any {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.all.String()) {
		var parsed map[string]any
		if err := json.Unmarshal([]byte(line), &parsed); err != nil {
			t.Fatalf("no JSON: %s", line)
		}
		if parsed[slog.MessageKey] == msg {
			return parsed
		}
	}
	t.Fatalf("no line %q in\n%s", msg, l.all.String())
	return nil
}

// client of the service.
type client struct {
	t      *testing.T
	socket *websocket.Conn
}

func (r *running) dial(t *testing.T, header http.Header) *client {
	t.Helper()
	socket, response, err := websocket.Dial(t.Context(), r.URL()+"/ws", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		t.Fatalf("%v (%v)", err, response)
	}
	socket.SetReadLimit(-1)
	t.Cleanup(func() { _ = socket.CloseNow() })
	return &client{t, socket}
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.socket.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// message of the service.
type message struct {
	Type, ID, Text, Model, Code, Message, Traceparent string
	Usage, Context                                    map[string]any
}

func (c *client) receive() message {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 60*time.Second)
	defer cancel()
	_, data, err := c.socket.Read(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		c.t.Fatalf("%v: %s", err, data)
	}
	return m
}

// closed with what code and reason, behind whatever messages.
func (c *client) closed() websocket.CloseError {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 60*time.Second)
	defer cancel()
	for {
		if _, _, err := c.socket.Read(ctx); err != nil {
			var closed websocket.CloseError
			if !errors.As(err, &closed) {
				c.t.Fatalf("not closed by the service: %v", err)
			}
			return closed
		}
	}
}

func (c *client) close() {
	c.t.Helper()
	if err := c.socket.Close(websocket.StatusNormalClosure, "done"); err != nil {
		c.t.Error(err)
	}
}

func expired(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
