package service

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

func TestMoreConnectionsOfOneAddressThanAllowed(t *testing.T) {
	r := start(t, "MAX_CONNECTIONS_PER_ADDRESS=2")
	first := r.dial(t, nil)
	r.dial(t, nil)
	_, response, err := websocket.Dial(t.Context(), r.URL()+"/ws", nil)
	if err == nil || response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Fatalf("%v %v", response, err)
	}
	if reason, _ := io.ReadAll(response.Body); !strings.Contains(string(reason), "MAX_CONNECTIONS_PER_ADDRESS") {
		t.Errorf("%s", reason)
	}
	first.close()
	waitUntil(t, "there is room again", func() bool { return r.sockets.Open() == 1 })
	r.dial(t, nil)
}

// Connections that say nothing are bounded too, and nobody is told.
func TestConnectionsThatSayNothingAreBounded(t *testing.T) {
	r := start(t, "MAX_CONNECTIONS_PER_ADDRESS=2")
	for range 2 + sparePerAddress {
		r.connect(t)
	}
	conn := r.connect(t)
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("not closed")
	}
}
