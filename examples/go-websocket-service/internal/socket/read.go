package socket

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/budget"
	"uat-tracing.example/websocket-service/internal/settings"
)

// slowSender is the end of a client whose message does not come to its end.
var slowSender = closeCause{code: websocket.StatusPolicyViolation, reason: "the message does not come to its end"}

// noRoom is said where the budget of all connections, or of those of the client's address, is used up.
const noRoom = "too much is under way in this service, or for your address; try again later"

// read messages until the connection ends, and return why.
func (c *connection) read() closeCause {
	for {
		kind, from, err := c.socket.Reader(context.Background())
		if err != nil {
			return causeOf(err)
		}
		share := c.memory.Share()
		arriving := time.AfterFunc(c.handler.options.MessageTimeout, func() { c.close(slowSender) })
		data, size, err := receive(from, share)
		arriving.Stop()
		if err != nil {
			share.Release()
			return causeOf(err)
		}
		if c.ctx.Err() != nil {
			// Being closed: what still comes in is read, and thrown away, until the client's close frame.
			share.Release()
			continue
		}
		c.messagesReceived.Add(1)
		c.bytesReceived.Add(int64(size))
		if ends := c.take(kind, data, size, share); ends != nil {
			return *ends
		}
	}
}

// take one message: answer it, or begin to. The share is given back, or goes on with the message. The data is the beginning
// of a message that was too large for what memory is left. Not nil is the end of the connection.
func (c *connection) take(kind websocket.MessageType, data []byte, size int, share *budget.Share) *closeCause {
	goesOn := false
	defer func() {
		if !goesOn {
			share.Release()
		}
	}()
	switch {
	case kind != websocket.MessageText:
		return &closeCause{code: websocket.StatusUnsupportedData, reason: "binary messages are not accepted"}
	case len(data) < size:
		c.refuse(incoming{ID: idWithin(data)}, size, busy, noRoom)
		return nil
	case !utf8.Valid(data):
		return &closeCause{code: websocket.StatusInvalidFramePayloadData, reason: "the text is not UTF-8"}
	}
	message, err := parseMessage(data)
	switch {
	case err != nil:
		c.badMessages++
		c.refuse(message, size, badMessage, err.Error())
		if c.badMessages >= c.handler.options.MaxBadMessages {
			return &closeCause{code: websocket.StatusPolicyViolation, reason: "too many bad messages in a row"}
		}
		return nil
	case message.Type == "ping":
		c.send(pongMessage{"pong", message.ID}, nil)
	default:
		refused := c.inFlight.begin()
		if refused == "" && !share.Begin(settings.MessageMemory) {
			c.inFlight.end()
			refused = noRoom
		}
		if refused != "" {
			c.refuse(message, size, busy, refused)
			break
		}
		goesOn = true
		c.goroutines.Go(func() { c.complete(message, size, share) })
	}
	c.badMessages = 0
	return nil
}
