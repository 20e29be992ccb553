package socket

import (
	"context"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// read messages until the connection ends, and return why.
func (c *connection) read() closeCause {
	for {
		kind, data, err := c.socket.Read(context.Background())
		if err != nil {
			return causeOf(err)
		}
		if c.ctx.Err() != nil {
			// Being closed: what still comes in is read, and thrown away, until the client's close frame.
			continue
		}
		c.messagesReceived.Add(1)
		c.bytesReceived.Add(int64(len(data)))
		if kind != websocket.MessageText {
			return closeCause{code: websocket.StatusUnsupportedData, reason: "binary messages are not accepted"}
		}
		if !utf8.Valid(data) {
			return closeCause{code: websocket.StatusInvalidFramePayloadData, reason: "the text is not UTF-8"}
		}
		message, err := parseMessage(data)
		switch {
		case err != nil:
			c.badMessages++
			c.refuse(message, len(data), badMessage, err.Error())
			if c.badMessages >= c.handler.options.MaxBadMessages {
				return closeCause{code: websocket.StatusPolicyViolation, reason: "too many bad messages in a row"}
			}
			continue
		case message.Type == "ping":
			c.send(pongMessage{"pong", message.ID})
		default:
			if refused := c.inFlight.begin(); refused != "" {
				c.refuse(message, len(data), busy, refused)
			} else {
				c.goroutines.Go(func() { c.complete(message, len(data)) })
			}
		}
		c.badMessages = 0
	}
}
