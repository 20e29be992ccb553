package socket

import (
	"context"
	"time"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/budget"
	"uat-tracing.example/websocket-service/internal/plainjson"
)

// outgoing message, or the wish to close behind all that was sent before.
type outgoing struct {
	data []byte
	// share of the memory that is given back when the message is written, or thrown away.
	share *budget.Share
	last  *closeCause
}

// slowReader is the end of a client that takes no answers.
var slowReader = closeCause{code: websocket.StatusPolicyViolation, reason: "the client reads too slowly"}

// send puts a message into the queue. Without room it waits, which holds back the router's stream and the reading of
// further messages; after the write time-out the connection is closed. False when the connection ends.
//
// The share is that of the message answered, nil where it has none, or needs it on; it belongs to the queue from here on.
func (c *connection) send(message any, share *budget.Share) bool {
	data, err := plainjson.Marshal(message)
	if err != nil {
		share.Release()
		// Only raw JSON of the router could be wrong, and that has been parsed.
		c.closeSoon(closeCause{code: websocket.StatusInternalError, reason: "an answer could not be written"})
		return false
	}
	if share != nil {
		share.Keep(int64(cap(data)))
	}
	answer := outgoing{data: data, share: share}
	select {
	case c.queue <- answer:
		return true
	default:
	}
	patience := time.NewTimer(c.handler.options.WriteTimeout)
	defer patience.Stop()
	select {
	case c.queue <- answer:
		return true
	case <-c.ctx.Done():
	case <-patience.C:
		c.closeSoon(slowReader)
	}
	share.Release()
	return false
}

// discardQueue of a connection that has ended.
func (c *connection) discardQueue() {
	for {
		select {
		case message := <-c.queue:
			message.share.Release()
		default:
			return
		}
	}
}

// closeSoon closes from a goroutine of its own: close blocks, and the callers have spans to end.
func (c *connection) closeSoon(cause closeCause) {
	go c.close(cause)
}

// write what is in the queue until the connection ends.
func (c *connection) write() {
	for {
		select {
		case message := <-c.queue:
			if message.last != nil {
				c.close(*message.last)
				return
			}
			// Not by a context, at whose end the library cuts the connection: a client that begins to read again within the
			// closing time learns the reason.
			patience := time.AfterFunc(c.handler.options.WriteTimeout, func() { c.close(slowReader) })
			err := c.socket.Write(context.Background(), websocket.MessageText, message.data)
			patience.Stop()
			message.share.Release()
			if err != nil {
				// The reading goroutine learns why, too.
				return
			}
			c.messagesSent.Add(1)
			c.bytesSent.Add(int64(len(message.data)))
		case <-c.ctx.Done():
			return
		}
	}
}
