package service

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"

	"uat-tracing.example/websocket-service/internal/routertest"
)

func TestAStreamedAnswer(t *testing.T) {
	r := start(t)
	c := r.dial(t, nil)
	c.send(`{"type":"complete","id":"s","prompt":"one two three","stream":true}`)
	text := ""
	for {
		m := c.receive()
		if m.Type == "delta" && m.ID == "s" {
			text += m.Text
			continue
		}
		if m.Type != "completion" || m.ID != "s" || m.Text != "one two three" || text != m.Text || m.Usage["total_tokens"] != 3. || m.Model != "echo" {
			t.Errorf("%+v, deltas %q", m, text)
		}
		break
	}
	c.close()
	r.otlp.Named(t, "POST /v1/completions")
	if got := r.otlp.Named(t, "complete /ws").Attribute("websocket.message.stream"); got != true {
		t.Errorf("stream: %v", got)
	}
}

func TestPing(t *testing.T) {
	c := start(t).dial(t, nil)
	c.send(`{"type":"ping","id":"p"}`)
	if got := c.receive(); got.Type != "pong" || got.ID != "p" {
		t.Errorf("%+v", got)
	}
}

func TestBadMessagesAreAnsweredWithTheReason(t *testing.T) {
	r := start(t)
	c := r.dial(t, nil)
	for _, each := range []struct{ text, id, says string }{
		{`hello`, "", "no JSON object"}, {`null`, "", "no JSON object"}, {`[]`, "", "no JSON object"}, {``, "", "no JSON object"},
		{`{"type":"complete","id":"x","prompt":7}`, "x", "prompt is a JSON number; allowed is a text"},
		{`{"type":"complete","id":"x","prompt":"a","stream":"yes"}`, "x", "stream is a JSON string; allowed is true or false"},
		{`{"type":"complete","id":"x","prompt":"a","max_tokens":0}`, "x", "max_tokens is 0; allowed is a whole number from 1"},
		{`{"type":"complete","id":"x","prompt":"a","max_tokens":1.5}`, "x", "max_tokens is a JSON number 1.5; allowed is a whole number from 1"},
		{`{"type":"complete","id":"x"}`, "x", "prompt is missing"}, {`{"type":"complete","id":"x","prompt":" "}`, "x", "prompt is missing or blank"},
		{`{"type":"complete","prompt":"a"}`, "", "id is missing"},
		{`{"type":"complete","id":"` + strings.Repeat("ü", 129) + `","prompt":"a"}`, "", "more than 128 characters"},
		{`{"type":"delete","id":"x"}`, "x", `type is \"delete\"; allowed are complete, ping`}, {`{"id":"x"}`, "x", "allowed are complete, ping"},
	} {
		c.send(each.text)
		got := c.receive()
		if got.Type != "error" || got.Code != "bad_message" || got.ID != each.id || !strings.Contains(got.Message, strings.ReplaceAll(each.says, `\"`, `"`)) {
			t.Errorf("%.60s: %+v", each.text, got)
		}
	}
	c.send(`{"type":"complete","id":"` + strings.Repeat("ü", 128) + `","prompt":"still open"}`)
	if got := c.receive(); got.Text != "still open" {
		t.Errorf("%+v", got)
	}
	bad := r.otlp.Named(t, "message /ws")
	if bad.Attribute("error.type") != "bad_message" || bad.Status.GetCode() != otlp.Status_STATUS_CODE_UNSET {
		t.Errorf("%v", bad)
	}
}

func TestWhatTheRouterDoesWrong(t *testing.T) {
	status := func(code int) func(http.ResponseWriter, *http.Request, routertest.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ routertest.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			fmt.Fprint(w, `{"error":{"message":"because of this","type":"x"}}`)
			return true
		}
	}
	text := func(contentType, body string) func(http.ResponseWriter, *http.Request, routertest.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ routertest.Request) bool {
			w.Header().Set("Content-Type", contentType)
			fmt.Fprint(w, body)
			return true
		}
	}
	hangs := func(_ http.ResponseWriter, request *http.Request, _ routertest.Request) bool {
		<-request.Context().Done()
		return true
	}
	breaks := func(http.ResponseWriter, *http.Request, routertest.Request) bool { panic(http.ErrAbortHandler) }
	huge := `{"choices":[{"text":"` + strings.Repeat("x", 3000) + `"}]}`
	for _, each := range []struct {
		name    string
		answer  func(http.ResponseWriter, *http.Request, routertest.Request) bool
		stream  bool
		code    string
		says    string
		isError bool
	}{
		{"400", status(400), false, "router_refused", "because of this", false}, {"404", status(404), true, "router_refused", "404", false},
		{"302", status(302), false, "router_refused", "302", false}, {"500", status(500), false, "router_refused", "500", false},
		{"413", status(413), false, "too_large", "because of this", false}, {"429", status(429), false, "busy", "429", false},
		{"502", status(502), false, "router_unavailable", "502", true}, {"503", status(503), true, "router_unavailable", "503", true}, {"504", status(504), false, "timeout", "504", true},
		{"breaks off", breaks, false, "router_unavailable", "cannot be reached", true},
		{"hangs", hangs, false, "timeout", "in time", true}, {"hangs, streaming", hangs, true, "timeout", "in time", true},
		{"no JSON", text("application/json", "hello"), false, "router_refused", "no completion", false},
		{"no choices", text("application/json", `{"choices":[]}`), false, "router_refused", "no completion", false},
		{"HTML", text("text/html", "<p>"), false, "router_refused", "application/json", false},
		{"no stream", text("application/json", huge), true, "router_refused", "text/event-stream", false},
		{"too large", text("application/json", huge), false, "router_refused", "too large", false},
		{"a stream too large", text("text/event-stream", "data: "+huge+"\n\ndata: [DONE]\n\n"), true, "router_refused", "too large", false},
		{"a stream without its end", text("text/event-stream", "data: {\"choices\":[{\"text\":\"a\"}]}\n\n"), true, "router_unavailable", "broke off", true},
		{"a stream with an error", text("text/event-stream", "data: {\"error\":{\"message\":\"because of this\"}}\n\n"), true, "router_unavailable", "because of this", true},
		{"a stream of something else", text("text/event-stream", "data: hello\n\n"), true, "router_refused", "no completion", false},
	} {
		t.Run(each.name, func(t *testing.T) {
			r := start(t, "MESSAGE_TIMEOUT_MS=300", "ROUTER_MAX_ANSWER_BYTES=2000")
			r.router.Answer = func(w http.ResponseWriter, request *http.Request, asked routertest.Request) bool {
				return asked.Prompt == "a" && each.answer(w, request, asked)
			}
			c := r.dial(t, nil)
			c.send(fmt.Sprintf(`{"type":"complete","id":"x","prompt":"a","stream":%v}`, each.stream))
			got := c.receive()
			for got.Type == "delta" {
				got = c.receive()
			}
			if got.Type != "error" || got.ID != "x" || got.Code != each.code || !strings.Contains(got.Message, each.says) || got.Traceparent == "" {
				t.Errorf("%+v", got)
			}
			span := r.otlp.Named(t, "complete /ws")
			if span.Attribute("error.type") != each.code || (span.Status.GetCode() == otlp.Status_STATUS_CODE_ERROR) != each.isError {
				t.Errorf("%v %v", span.Attributes, span.Status)
			}
			c.send(`{"type":"complete","id":"y","prompt":"again"}`)
			if got := c.receive(); got.Text != "again" {
				t.Errorf("afterwards: %+v", got)
			}
		})
	}
}

func TestWithoutARouter(t *testing.T) {
	r := start(t, "ROUTER_URL=http://127.0.0.1:1")
	c := r.dial(t, nil)
	c.send(`{"type":"complete","id":"x","prompt":"a"}`)
	if got := c.receive(); got.Code != "router_unavailable" {
		t.Errorf("%+v", got)
	}
	// The client learns no address inside; the log has it.
	if line := r.log.with(t, "message failed"); !strings.Contains(fmt.Sprint(line["cause"]), "127.0.0.1:1: connect: connection refused") {
		t.Errorf("%v", line)
	}
	response, err := http.Get(r.URL() + "/ready")
	if err != nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%v %v", response, err)
	}
	response.Body.Close()
}
