package socket

import "sync"

// inFlight counts the messages of a connection that are being answered.
type inFlight struct {
	limit int
	// idle is closed when nothing is under way any more, and nothing will be.
	idle chan struct{}

	mu       sync.Mutex
	now      int
	stopping bool
}

// begin one, or say why not.
func (f *inFlight) begin() (refused string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.stopping:
		return "the service is stopping"
	case f.now >= f.limit:
		return "too many messages of this connection are under way; wait for an answer"
	}
	f.now++
	return ""
}

func (f *inFlight) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now--
	if f.stopping && f.now == 0 {
		close(f.idle)
	}
}

// stop beginning. Called once.
func (f *inFlight) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopping = true
	if f.now == 0 {
		close(f.idle)
	}
}
