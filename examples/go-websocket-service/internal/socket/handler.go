// Package socket answers WebSocket connections on /ws: each message is passed on to the router and answered, in bounds, with
// a span for the handshake, one for each message and one for the end of the connection.
package socket

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"uat-tracing.example/websocket-service/internal/addresses"
	"uat-tracing.example/websocket-service/internal/budget"
	"uat-tracing.example/websocket-service/internal/router"
	"uat-tracing.example/websocket-service/internal/settings"
	"uat-tracing.example/websocket-service/internal/tracecontext"
)

// Route of the WebSocket endpoint.
const Route = "/ws"

// Options of a handler.
type Options struct {
	settings.Socket
	Router         *router.Client
	Logger         *slog.Logger
	TracerProvider trace.TracerProvider
}

// Handler upgrades requests to connections that outlive them.
type Handler struct {
	options     Options
	tracer      trace.Tracer
	connections registry
	// memory of the messages under way, of all connections together.
	memory *budget.Budget
}

// NewHandler without connections. Shutdown ends those it gets.
func NewHandler(options Options) *Handler {
	memory := budget.New(options.MaxBytesUnderWay)
	return &Handler{
		options: options,
		tracer:  options.TracerProvider.Tracer("uat-tracing.example/websocket-service/internal/socket"),
		connections: registry{
			limit:      options.MaxConnections,
			perAddress: addresses.NewCounter(options.MaxConnectionsPerAddress),
			memory:     addresses.NewBudgets(memory, options.MaxBytesUnderWayPerAddress),
			open:       make(map[*connection]struct{}),
		},
		memory: memory,
	}
}

// ServeHTTP returns as soon as the connection is open, so that the span of the request is that of the handshake.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handshake := trace.SpanFromContext(r.Context())
	// Checked here and not by the library, which also accepts every page whose Host is its Origin: a name that an attacker
	// lets point to this machine.
	if origin := r.Header.Get("Origin"); origin != "" && !slices.Contains(h.options.AllowedOrigins, strings.ToLower(origin)) {
		handshake.SetAttributes(attribute.String("error.type", "origin_not_allowed"))
		http.Error(w, "this Origin is not allowed; ALLOWED_ORIGINS names those that are", http.StatusForbidden)
		return
	}
	c := newConnection(h, r.RemoteAddr, handshake.SpanContext(), callerOf(r))
	if status, refused := h.connections.add(c); refused != "" {
		handshake.SetAttributes(attribute.String("error.type", "no_more_connections"))
		w.Header().Set("Retry-After", "5")
		http.Error(w, refused, status)
		return
	}
	hijacked := &hijackedWriter{ResponseWriter: w}
	socket, err := websocket.Accept(hijacked, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		h.connections.remove(c)
		// The library has answered with the status that fits.
		handshake.SetAttributes(attribute.String("error.type", "no_websocket_handshake"))
		return
	}
	handshake.SetAttributes(attribute.String("messaging.message.conversation_id", c.id))
	socket.SetReadLimit(h.options.MaxMessageBytes)
	go c.run(socket, hijacked.network)
}

// Open connections right now.
func (h *Handler) Open() int {
	return h.connections.count()
}

// BytesUnderWay right now, as MAX_BYTES_UNDER_WAY counts them.
func (h *Handler) BytesUnderWay() int64 {
	return h.memory.Taken()
}

// callerOf the upgrade request: the span context that it carried, not valid when it carried none.
func callerOf(r *http.Request) trace.SpanContext {
	return tracecontext.Read(propagation.HeaderCarrier(r.Header))
}

func newConnectionID() string {
	return uuid.NewString()
}
