package socket

import (
	"context"
	"net/http"
	"sync"

	"uat-tracing.example/websocket-service/internal/addresses"
)

// registry of the open connections, those in their handshake included.
type registry struct {
	limit      int
	perAddress *addresses.Counter
	// memory of the messages under way, a part for each address.
	memory *addresses.Budgets

	mu       sync.Mutex
	open     map[*connection]struct{}
	stopping bool
}

// add a connection, or say with which status of HTTP, and why not.
func (r *registry) add(c *connection) (status int, refused string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.stopping:
		return http.StatusServiceUnavailable, "the service is stopping"
	case len(r.open) >= r.limit:
		return http.StatusServiceUnavailable, "too many connections; MAX_CONNECTIONS allows no more"
	case !r.perAddress.Add(c.remote):
		return http.StatusTooManyRequests, "too many connections of your address; MAX_CONNECTIONS_PER_ADDRESS allows no more"
	}
	c.memory = r.memory.Join(c.remote)
	r.open[c] = struct{}{}
	return 0, ""
}

// remove a connection that has ended, or never began.
func (r *registry) remove(c *connection) {
	r.mu.Lock()
	delete(r.open, c)
	r.mu.Unlock()
	r.perAddress.Remove(c.remote)
	r.memory.Leave(c.remote)
	close(c.gone)
}

func (r *registry) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}

// stop accepting, and return what is open.
func (r *registry) stop() []*connection {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping = true
	open := make([]*connection, 0, len(r.open))
	for c := range r.open {
		open = append(open, c)
	}
	return open
}

// Shutdown answers messages under way, closes every connection with 1001, and returns when all have ended. When ctx ends
// before, the rest is cut off.
func (h *Handler) Shutdown(ctx context.Context) {
	var ended sync.WaitGroup
	for _, c := range h.connections.stop() {
		ended.Go(func() { c.drain(ctx) })
	}
	ended.Wait()
}
