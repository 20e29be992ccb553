package socket

import (
	"bufio"
	"net"
	"net/http"
)

// hijackedWriter keeps the network connection that the WebSocket library takes over and does not give out.
type hijackedWriter struct {
	http.ResponseWriter
	network net.Conn
}

// Hijack for websocket.Accept.
func (w *hijackedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	network, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.network = network
	return network, buffered, err
}
