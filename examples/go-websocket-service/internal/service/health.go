package service

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"runtime"
	"time"

	"uat-tracing.example/websocket-service/internal/export"
)

// readyTimeout for the router's own health.
const readyTimeout = 2 * time.Second

// health: 200 as long as it runs.
func (s *Service) health(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready: 503 with the reason while it stops, and while the router, without which nothing can be answered, does not run.
func (s *Service) ready(w http.ResponseWriter, r *http.Request) {
	if s.stopping.Load() {
		answer(w, http.StatusServiceUnavailable, map[string]string{"status": "not ready", "reason": "the service is stopping"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := s.router.Ready(ctx); err != nil {
		answer(w, http.StatusServiceUnavailable, map[string]string{"status": "not ready", "reason": err.Error()})
		return
	}
	answer(w, http.StatusOK, map[string]string{"status": "ready"})
}

// state for a developer on the same machine: a leak of goroutines or of memory, and spans that were dropped, show here.
func (s *Service) state(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		http.NotFound(w, r)
		return
	}
	answer(w, http.StatusOK, struct {
		Goroutines    int          `json:"goroutines"`
		Connections   int          `json:"connections"`
		BytesUnderWay int64        `json:"bytes_under_way"`
		Spans         export.Stats `json:"spans"`
	}{runtime.NumGoroutine(), s.sockets.Open(), s.sockets.BytesUnderWay(), s.tracing.Stats()})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
