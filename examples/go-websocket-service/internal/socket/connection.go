package socket

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"go.opentelemetry.io/otel/trace"

	"uat-tracing.example/websocket-service/internal/budget"
)

// closeTimeout for a client to take the close frame and to answer it.
const closeTimeout = 5 * time.Second

// connection of one client. One goroutine reads, one writes, one pings, and each message under way has one: all have ended
// when gone is closed.
type connection struct {
	handler *Handler
	id      string
	// remote address, host:port.
	remote string
	// memory of its messages under way, shared with all connections of its address.
	memory *budget.Budget
	// handshake is the span of the upgrade request, caller what that request carried.
	handshake trace.SpanContext
	caller    trace.SpanContext
	opened    time.Time

	// ctx ends when the connection does, and carries the handshake's span context. It bounds calls of the router; the
	// socket is not used with it, since the library answers the end of a context by cutting the connection without a word.
	ctx    context.Context
	cancel context.CancelFunc
	ready  chan struct{}
	gone   chan struct{}
	socket *websocket.Conn
	// network below the socket: closing it is what ends everything at once. The library's CloseNow waits behind its own
	// Close, and that one reads the rest of a frame without a bound.
	network net.Conn

	queue      chan outgoing
	inFlight   inFlight
	goroutines sync.WaitGroup
	// badMessages in a row; of the reading goroutine.
	badMessages int

	closeOnce sync.Once
	cause     closeCause

	messagesReceived, messagesSent, bytesReceived, bytesSent atomic.Int64
}

func newConnection(h *Handler, remote string, handshake, caller trace.SpanContext) *connection {
	ctx, cancel := context.WithCancel(trace.ContextWithSpanContext(context.Background(), handshake))
	return &connection{
		handler:   h,
		id:        newConnectionID(),
		remote:    remote,
		handshake: handshake,
		caller:    caller,
		opened:    time.Now(),
		ctx:       ctx,
		cancel:    cancel,
		ready:     make(chan struct{}),
		gone:      make(chan struct{}),
		queue:     make(chan outgoing, h.options.SendQueueSize),
		inFlight:  inFlight{limit: h.options.MaxInFlight, idle: make(chan struct{})},
	}
}

// run until the connection has ended.
func (c *connection) run(socket *websocket.Conn, network net.Conn) {
	c.socket, c.network = socket, network
	close(c.ready)
	c.handler.options.Logger.DebugContext(c.ctx, "connection opened", "connection", c.id)
	c.goroutines.Go(c.write)
	c.goroutines.Go(c.ping)
	c.close(c.read())
	c.goroutines.Wait()
	c.discardQueue()
	c.end()
	c.handler.connections.remove(c)
}

// close once, by whoever is first; it blocks until the client has answered the close frame, or its time for that is over.
// What is under way is cancelled.
func (c *connection) close(cause closeCause) {
	c.closeOnce.Do(func() {
		c.cause = cause
		c.cancel()
		if cause.byClient {
			_ = c.socket.CloseNow()
			return
		}
		patience := time.AfterFunc(closeTimeout, func() { _ = c.network.Close() })
		defer patience.Stop()
		_ = c.socket.Close(cause.code, cause.reason)
	})
}

// drain lets messages under way be answered, then closes with 1001.
func (c *connection) drain(ctx context.Context) {
	select {
	case <-c.ready:
	case <-c.gone:
		return
	}
	c.inFlight.stop()
	select {
	case <-c.inFlight.idle:
	case <-c.ctx.Done():
	case <-ctx.Done():
	}
	select {
	// Behind the last answer.
	case c.queue <- outgoing{last: &closeCause{code: websocket.StatusGoingAway, reason: "the service is stopping"}}:
	case <-c.ctx.Done():
	case <-ctx.Done():
	}
	select {
	case <-c.gone:
	case <-ctx.Done():
		c.cancel()
		_ = c.network.Close()
		<-c.gone
	}
}
