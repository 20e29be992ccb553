package socket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"

	"uat-tracing.example/websocket-service/internal/budget"
	"uat-tracing.example/websocket-service/internal/redaction"
	"uat-tracing.example/websocket-service/internal/router"
	"uat-tracing.example/websocket-service/internal/settings"
)

var errConnectionEnds = errors.New("the connection ends")

// maxFaultLength of a text about a mistake of ours, in characters.
const maxFaultLength = 1024

// complete one message: ask the router, and send its answer. The share is released when that is written.
func (c *connection) complete(message incoming, size int, share *budget.Share) {
	defer c.inFlight.end()
	sent := false
	defer func() {
		if !sent {
			share.Release()
		}
	}()
	ctx, span := c.startMessageSpan(message, size)
	defer span.End()
	// A mistake of ours ends one connection, not the service.
	defer func() {
		if fault := recover(); fault != nil {
			text := redaction.Cut(fmt.Sprint(fault), maxFaultLength)
			span.RecordError(errors.New("panic: " + text))
			span.SetStatus(codes.Error, "panic")
			c.handler.options.Logger.ErrorContext(ctx, "message failed", "connection", c.id, "error", text)
			c.closeSoon(closeCause{code: websocket.StatusInternalError, reason: "an internal error"})
		}
	}()
	began := time.Now()
	answer, err := c.askRouter(ctx, message, share)
	logger := c.handler.options.Logger.With("connection", c.id, "seconds", time.Since(began).Seconds())
	var known *router.Error
	if err == nil {
		sent = true
		if c.send(completionMessage{"completion", message.ID, answer.Text, answer.Model, answer.Usage, answer.Context, traceparentOf(ctx)}, share) {
			logger.InfoContext(ctx, "message answered")
			return
		}
	}
	switch {
	case errors.As(err, &known) && known.Code != router.Cancelled:
		span.SetAttributes(attribute.String("error.type", string(known.Code)))
		// As for an HTTP server: what the client may have caused is no error of ours.
		if known.Code == router.Unavailable || known.Code == router.Timeout {
			span.SetStatus(codes.Error, known.Message)
		}
		if known.Cause != nil {
			logger = logger.With("cause", known.Cause.Error())
		}
		logger.WarnContext(ctx, "message failed", "code", string(known.Code), "error", known.Message)
		sent = true
		c.send(errorMessage{"error", message.ID, ErrorCode(known.Code), known.Message, traceparentOf(ctx)}, share)
	default:
		span.SetAttributes(attribute.String("error.type", "client_gone"))
		logger.InfoContext(ctx, "message not answered, the connection has ended")
	}
}

func (c *connection) askRouter(ctx context.Context, message incoming, share *budget.Share) (router.Completion, error) {
	ctx, cancel := context.WithTimeout(ctx, c.handler.options.MessageTimeout)
	defer cancel()
	request := router.Request{Prompt: message.Prompt, Room: func(bytes int64) bool { return share.Take(settings.MemoryFactor * bytes) }}
	if message.MaxTokens != nil {
		request.MaxTokens = *message.MaxTokens
	}
	if !message.Stream {
		return c.handler.options.Router.Complete(ctx, request)
	}
	return c.handler.options.Router.Stream(ctx, request, func(text string) error {
		if !c.send(deltaMessage{"delta", message.ID, text}, nil) {
			return errConnectionEnds
		}
		return nil
	})
}

// refuse a message without asking the router.
func (c *connection) refuse(message incoming, size int, code ErrorCode, reason string) {
	ctx, span := c.startMessageSpan(message, size)
	defer span.End()
	span.SetAttributes(attribute.String("error.type", string(code)))
	c.handler.options.Logger.InfoContext(ctx, "message refused", "connection", c.id, "code", string(code), "reason", reason)
	c.send(errorMessage{"error", message.ID, code, reason, traceparentOf(ctx)}, nil)
}
