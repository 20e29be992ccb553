// Package service is the HTTP side: routes, bounds, start and stop.
package service

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"golang.org/x/net/netutil"

	"uat-tracing.example/websocket-service/internal/addresses"
	"uat-tracing.example/websocket-service/internal/router"
	"uat-tracing.example/websocket-service/internal/settings"
	"uat-tracing.example/websocket-service/internal/socket"
	"uat-tracing.example/websocket-service/internal/tracing"
)

const (
	// spareConnections beside the WebSocket ones: health checks, refusals, heads that are not complete yet.
	spareConnections = 256
	// sparePerAddress likewise, of one client address; more are closed without a word.
	sparePerAddress = 64
	maxHeaderBytes  = 16 << 10
	// requestTimeout of everything that is no WebSocket, to read it and to answer it.
	requestTimeout = 10 * time.Second
	idleTimeout    = 60 * time.Second
)

// Service that listens.
type Service struct {
	settings *settings.Settings
	logger   *slog.Logger
	tracing  *tracing.Tracing
	router   *router.Client
	sockets  *socket.Handler
	server   *http.Server
	listener net.Listener
	served   chan error
	stopping atomic.Bool
}

// Start listening; Stop ends it. The error says which address cannot be taken.
func Start(s *settings.Settings, t *tracing.Tracing, logger *slog.Logger) (*Service, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		return nil, fmt.Errorf("cannot listen on HOST %s, PORT %d: %w", s.Host, s.Port, err)
	}
	service := &Service{settings: s, logger: logger, tracing: t, listener: listener, served: make(chan error, 1)}
	service.router = router.New(router.Options{
		Router:         s.Router,
		TracerProvider: t.Provider,
		Propagator:     t.Propagator,
	})
	service.sockets = socket.NewHandler(socket.Options{
		Socket:         s.Socket,
		Router:         service.router,
		Logger:         logger,
		TracerProvider: t.Provider,
	})
	service.server = &http.Server{
		Handler:           service.routes(),
		ReadHeaderTimeout: s.HeaderTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// net/http's own lines: clients that go away in the middle, TLS on a plain port.
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	perAddress := addresses.Listener(listener, addresses.NewCounter(s.Socket.MaxConnectionsPerAddress+sparePerAddress))
	limited := netutil.LimitListener(perAddress, s.Socket.MaxConnections+spareConnections)
	go func() { service.served <- service.server.Serve(limited) }()
	logger.Info("listening", "url", service.URL(), "router", s.Router.URL.String(), "memory_limit", memoryLimit())
	return service, nil
}

// memoryLimit that GOMEMLIMIT sets, in bytes; 0 for none.
func memoryLimit() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	return 0
}

// URL it listens on.
func (s *Service) URL() string {
	return "http://" + s.listener.Addr().String()
}

// Failed tells when listening ends without Stop.
func (s *Service) Failed() <-chan error {
	return s.served
}

// Stop accepting, answer what is under way, close the connections. ctx bounds it.
func (s *Service) Stop(ctx context.Context) {
	s.stopping.Store(true)
	s.logger.Info("stopping", "connections", s.sockets.Open())
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		if s.server.Shutdown(ctx) != nil {
			_ = s.server.Close()
		}
	}()
	s.sockets.Shutdown(ctx)
	<-listening
	s.router.Close()
}

// routes, each with a span of its own that knows its route.
func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	traced := func(pattern string, handler http.Handler) {
		mux.Handle(pattern, otelhttp.NewHandler(handler, pattern,
			otelhttp.WithTracerProvider(s.tracing.Provider),
			otelhttp.WithPropagators(s.tracing.Propagator)))
	}
	traced("GET "+socket.Route, s.sockets)
	traced("GET /health", http.HandlerFunc(s.health))
	traced("GET /ready", http.HandlerFunc(s.ready))
	mux.HandleFunc("GET /debug/state", s.state)
	return mux
}
