package socket

import (
	"context"
	"errors"
	"time"

	"github.com/coder/websocket"
)

// ping until the connection ends. It finds clients that are gone without a word, and those that stop in the middle of a
// frame: they cannot answer either.
func (c *connection) ping() {
	ticker := time.NewTicker(c.handler.options.PingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-ticker.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), c.handler.options.PongTimeout)
		err := c.socket.Ping(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			c.close(closeCause{code: websocket.StatusPolicyViolation, reason: "no pong in time"})
		}
		if err != nil {
			return
		}
	}
}
