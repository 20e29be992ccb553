package service

import (
	"net/http"
	"strings"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"

	"uat-tracing.example/websocket-service/internal/otlptest"
)

const (
	upgradeTrace = "0af7651916cd43dd8448eb211c80319c"
	upgradeSpan  = "b7ad6b7169203331"
	messageTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	messageSpan  = "00f067aa0ba902b7"
)

func linksOf(span otlptest.Span) string {
	var all []string
	for _, link := range span.Links {
		all = append(all, otlptest.Span{Span: &otlp.Span{SpanId: link.SpanId}}.ID())
	}
	return strings.Join(all, " ")
}

func TestAMessageJoinsItsOwnTraceAndIsLinkedToItsConnection(t *testing.T) {
	r := start(t)
	c := r.dial(t, http.Header{"Traceparent": {"00-" + upgradeTrace + "-" + upgradeSpan + "-01"}})
	c.send(`{"type":"complete","id":"a1","prompt":"say it","max_tokens":5,"traceparent":"00-` + messageTrace + `-` + messageSpan + `-01","tracestate":"ot=th:0,rojo=1"}`)
	answer := c.receive()
	if answer.Type != "completion" || answer.ID != "a1" || answer.Text != "say it" || answer.Model != "echo" || answer.Usage["total_tokens"] != 3. || answer.Context["status"] != "found" {
		t.Errorf("%+v", answer)
	}
	c.close()

	handshake := r.otlp.Named(t, "GET /ws")
	complete := r.otlp.Named(t, "complete /ws")
	request := r.otlp.Named(t, "POST /v1/completions")
	end := r.otlp.Named(t, "close /ws")
	for _, each := range []struct {
		span          otlptest.Span
		trace, parent string
		kind          otlp.Span_SpanKind
	}{
		{handshake, upgradeTrace, upgradeSpan, otlp.Span_SPAN_KIND_SERVER},
		{complete, messageTrace, messageSpan, otlp.Span_SPAN_KIND_SERVER},
		{request, messageTrace, complete.ID(), otlp.Span_SPAN_KIND_CLIENT},
		{end, upgradeTrace, handshake.ID(), otlp.Span_SPAN_KIND_INTERNAL},
	} {
		if each.span.TraceID() != each.trace || each.span.ParentID() != each.parent || each.span.Kind != each.kind || each.span.Status.GetCode() == otlp.Status_STATUS_CODE_ERROR {
			t.Errorf("%s: trace %s, parent %s, %v, %v", each.span.Name, each.span.TraceID(), each.span.ParentID(), each.span.Kind, each.span.Status)
		}
		if each.span.Resource["service.name"] != "websocket-service" {
			t.Errorf("%v", each.span.Resource)
		}
	}
	if got := linksOf(complete); got != handshake.ID()+" "+upgradeSpan {
		t.Errorf("links %s, handshake %s", got, handshake.ID())
	}
	if complete.TraceState != "ot=th:0,rojo=1" {
		t.Errorf("tracestate %s", complete.TraceState)
	}
	if want := "00-" + messageTrace + "-" + complete.ID() + "-01"; answer.Traceparent != want {
		t.Errorf("the answer's traceparent %s, not %s", answer.Traceparent, want)
	}
	asked := r.router.Requests()[0]
	if asked.Header.Get("traceparent") != "00-"+messageTrace+"-"+request.ID()+"-01" || asked.Header.Get("tracestate") != "ot=th:0,rojo=1" || *asked.MaxTokens != 5 {
		t.Errorf("the router got %v", asked)
	}
	for _, each := range []struct {
		span otlptest.Span
		key  string
		want any
	}{
		{handshake, "http.response.status_code", int64(101)}, {handshake, "http.route", "/ws"},
		{complete, "network.protocol.name", "websocket"}, {complete, "messaging.message.id", "a1"}, {complete, "websocket.message.stream", false},
		{complete, "messaging.message.conversation_id", handshake.Attribute("messaging.message.conversation_id")},
		{end, "websocket.close.code", int64(1000)}, {end, "websocket.close.reason", "done"}, {end, "websocket.close.initiator", "client"},
		{end, "websocket.messages.received", int64(1)}, {end, "websocket.messages.sent", int64(1)}, {end, "error.type", nil},
	} {
		if got := each.span.Attribute(each.key); got != each.want {
			t.Errorf("%s %s: %v, not %v", each.span.Name, each.key, got, each.want)
		}
	}
	if duration, isNumber := end.Attribute("websocket.connection.duration").(float64); !isNumber || duration <= 0 {
		t.Errorf("duration %v", end.Attribute("websocket.connection.duration"))
	}
	if line := r.log.with(t, "message answered"); line["trace_id"] != messageTrace || line["span_id"] != complete.ID() || line["level"] != "info" {
		t.Errorf("%v", line)
	}
}

func TestAMessageWithoutATraceJoinsItsConnection(t *testing.T) {
	for _, each := range []struct {
		name, fields string
		malformed    any
	}{
		{"none", ``, nil}, {"null", `,"traceparent":null`, nil},
		{"no traceparent", `,"traceparent":"hello"`, true}, {"upper case", `,"traceparent":"00-` + strings.ToUpper(messageTrace) + `-` + messageSpan + `-01"`, true},
		{"zeros", `,"traceparent":"00-00000000000000000000000000000000-` + messageSpan + `-01"`, true}, {"a number", `,"traceparent":7`, true},
	} {
		t.Run(each.name, func(t *testing.T) {
			r := start(t)
			c := r.dial(t, nil)
			c.send(`{"type":"complete","id":"a1","prompt":"x"` + each.fields + `}`)
			if answer := c.receive(); answer.Type != "completion" {
				t.Errorf("%+v", answer)
			}
			c.close()
			handshake, complete := r.otlp.Named(t, "GET /ws"), r.otlp.Named(t, "complete /ws")
			if complete.TraceID() != handshake.TraceID() || complete.ParentID() != handshake.ID() || linksOf(complete) != handshake.ID() ||
				complete.Attribute("websocket.message.traceparent.malformed") != each.malformed || handshake.TraceState != "ot=th:0" {
				t.Errorf("%v", complete)
			}
		})
	}
}

func TestNothingIsRecordedForACallerThatDoesNotSample(t *testing.T) {
	r := start(t)
	c := r.dial(t, http.Header{"Traceparent": {"00-" + upgradeTrace + "-" + upgradeSpan + "-00"}})
	c.send(`{"type":"complete","id":"a1","prompt":"x"}`)
	if answer := c.receive(); !strings.HasPrefix(answer.Traceparent, "00-"+upgradeTrace) || !strings.HasSuffix(answer.Traceparent, "-00") {
		t.Errorf("%+v", answer)
	}
	c.close()
	r.stop()
	if spans := r.otlp.Spans(); len(spans) != 0 {
		t.Errorf("%v", spans)
	}
}

func TestAHealthCheckIsTracedOnlyForACallerThatTraces(t *testing.T) {
	r := start(t)
	for _, traceparent := range []string{"", "00-" + upgradeTrace + "-" + upgradeSpan + "-01"} {
		request, _ := http.NewRequest(http.MethodGet, r.URL()+"/health", nil)
		request.Header.Set("traceparent", traceparent)
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%v %v", response, err)
		}
		response.Body.Close()
	}
	r.stop()
	spans := r.otlp.Spans()
	if len(spans) != 1 || spans[0].Name != "GET /health" || spans[0].ParentID() != upgradeSpan {
		t.Errorf("%v", spans)
	}
}
