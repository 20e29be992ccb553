package socket

import (
	"errors"
	"io"
	"net"

	"github.com/coder/websocket"
)

// closeCause says why a connection ends.
type closeCause struct {
	code     websocket.StatusCode
	reason   string
	byClient bool
}

// causeOf an error of reading. The library has answered close frames, messages over the limit and most violations of the
// protocol itself; another close frame of ours is then not sent.
func causeOf(err error) closeCause {
	var closed websocket.CloseError
	var network net.Error
	switch {
	case errors.As(err, &closed):
		return closeCause{closed.Code, closed.Reason, true}
	case errors.Is(err, websocket.ErrMessageTooBig):
		return closeCause{websocket.StatusMessageTooBig, "the message is too large", false}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.As(err, &network):
		return closeCause{websocket.StatusAbnormalClosure, "the connection was lost", true}
	}
	return closeCause{websocket.StatusProtocolError, "the frame violates the protocol", false}
}
