package socket

import (
	"context"
	"sync"
)

// registry of the open connections, those in their handshake included.
type registry struct {
	limit int

	mu       sync.Mutex
	open     map[*connection]struct{}
	stopping bool
}

// add a connection, or say why not.
func (r *registry) add(c *connection) (refused string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.stopping:
		return "the service is stopping"
	case len(r.open) >= r.limit:
		return "too many connections; MAX_CONNECTIONS allows no more"
	}
	r.open[c] = struct{}{}
	return ""
}

// remove a connection that has ended, or never began.
func (r *registry) remove(c *connection) {
	r.mu.Lock()
	delete(r.open, c)
	r.mu.Unlock()
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
