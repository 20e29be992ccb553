package socket

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/coder/websocket"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"uat-tracing.example/websocket-service/internal/tracecontext"
)

// There are no conventions for WebSocket spans. Attributes are those of the registry where it has one: network.*, http.route
// and error.type are stable, messaging.message.* is not yet. The rest is called websocket.*.

// connectionAttributes of every span but the handshake, which is an HTTP request.
func (c *connection) connectionAttributes() []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("network.protocol.name", "websocket"),
		attribute.String("network.protocol.version", "13"),
		attribute.String("network.transport", "tcp"),
		attribute.String("http.route", Route),
		attribute.String("messaging.message.conversation_id", c.id),
	}
}

// startMessageSpan as a SERVER span: the client waits for the answer. Its parent is the message's own trace context, else
// the handshake; it is linked to the handshake, and to that request's caller where the parent is the message's.
func (c *connection) startMessageSpan(message incoming, size int) (context.Context, trace.Span) {
	attributes := append(c.connectionAttributes(), attribute.Int("messaging.message.body.size", size))
	name := "message " + Route
	if message.Type == "complete" {
		name = "complete " + Route
		attributes = append(attributes, attribute.Bool("websocket.message.stream", message.Stream))
	}
	if message.ID != "" {
		attributes = append(attributes, attribute.String("messaging.message.id", message.ID))
	}
	links := []trace.Link{{SpanContext: c.handshake, Attributes: []attribute.KeyValue{attribute.String("websocket.link", "connection")}}}
	ctx := c.ctx
	parent, given := message.traceContext()
	if parent.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, parent)
		if c.caller.IsValid() && c.caller.SpanID() != parent.SpanID() {
			links = append(links, trace.Link{SpanContext: c.caller, Attributes: []attribute.KeyValue{attribute.String("websocket.link", "upgrade")}})
		}
	} else if given {
		attributes = append(attributes, attribute.Bool("websocket.message.traceparent.malformed", true))
	}
	return c.handler.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attributes...), trace.WithLinks(links...))
}

// traceContext of the message; given says that there was a traceparent, be it wrong.
func (m incoming) traceContext() (parent trace.SpanContext, given bool) {
	carrier := propagation.MapCarrier{}
	for key, raw := range map[string]json.RawMessage{"traceparent": m.Traceparent, "tracestate": m.Tracestate} {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			carrier[key] = text
		}
	}
	given = len(m.Traceparent) > 0 && string(m.Traceparent) != "null" && string(m.Traceparent) != `""`
	return tracecontext.Read(carrier), given
}

func traceparentOf(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// end says in a span of its own what the connection was: no span is open as long as it, which would be lost in a crash and
// make every connection the slowest request there is. The duration is an attribute.
func (c *connection) end() {
	duration := time.Since(c.opened).Seconds()
	initiator := "server"
	if c.cause.byClient {
		initiator = "client"
	}
	ctx, span := c.handler.tracer.Start(c.ctx, "close "+Route, trace.WithAttributes(append(c.connectionAttributes(),
		attribute.Float64("websocket.connection.duration", duration),
		attribute.Int64("websocket.messages.received", c.messagesReceived.Load()),
		attribute.Int64("websocket.messages.sent", c.messagesSent.Load()),
		attribute.Int64("websocket.bytes.received", c.bytesReceived.Load()),
		attribute.Int64("websocket.bytes.sent", c.bytesSent.Load()),
		attribute.Int("websocket.close.code", int(c.cause.code)),
		attribute.String("websocket.close.reason", c.cause.reason),
		attribute.String("websocket.close.initiator", initiator),
	)...))
	switch c.cause.code {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
	case websocket.StatusInternalError:
		span.SetStatus(codes.Error, c.cause.reason)
		fallthrough
	default:
		span.SetAttributes(attribute.String("error.type", strconv.Itoa(int(c.cause.code))))
	}
	span.End()
	c.handler.options.Logger.InfoContext(ctx, "connection closed", "connection", c.id, "code", int(c.cause.code), "reason", c.cause.reason,
		"by", initiator, "seconds", duration, "received", c.messagesReceived.Load(), "sent", c.messagesSent.Load())
}
