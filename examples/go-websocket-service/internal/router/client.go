// Package router asks the LLM router over HTTP, with the trace context of the caller.
package router

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"uat-tracing.example/websocket-service/internal/plainjson"
	"uat-tracing.example/websocket-service/internal/settings"
)

const completionsPath = "/v1/completions"

// idleTimeout of a connection to the router: two goroutines each, which go soon after the load does.
const idleTimeout = 10 * time.Second

// maxHeadBytes of an answer; Go's own bound is 10 MB.
const maxHeadBytes = 16 << 10

// Options of a client.
type Options struct {
	settings.Router
	TracerProvider trace.TracerProvider
	Propagator     propagation.TextMapPropagator
}

// Client of the router. Time-outs are those of the contexts it is called with. Each request is sent once: a completion may
// cost money, and behind a broken connection nobody knows whether one was made. net/http sends a POST again only where not a
// byte of it was written, on an idle connection that had been closed.
type Client struct {
	options   Options
	transport *http.Transport
	traced    *http.Client
	plain     *http.Client
}

// New client; Close ends its idle connections.
func New(options Options) *Client {
	transport := &http.Transport{
		// No proxy: the router is next door, and a prompt is nobody else's business.
		DialContext:            (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxConnsPerHost:        options.MaxConnections,
		MaxIdleConns:           options.MaxConnections,
		MaxIdleConnsPerHost:    options.MaxConnections,
		IdleConnTimeout:        idleTimeout,
		TLSHandshakeTimeout:    5 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeadBytes,
	}
	// Below the tracing, which writes the texts of errors into spans.
	traced := otelhttp.NewTransport(shortErrors{transport},
		otelhttp.WithTracerProvider(options.TracerProvider),
		otelhttp.WithPropagators(options.Propagator),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method + " " + completionsPath }))
	// A redirect would carry the prompt somewhere else.
	refuseRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		options:   options,
		transport: transport,
		traced:    &http.Client{Transport: traced, CheckRedirect: refuseRedirects},
		plain:     &http.Client{Transport: transport, CheckRedirect: refuseRedirects},
	}
}

// Close idle connections.
func (c *Client) Close() {
	c.transport.CloseIdleConnections()
}

// Request for a completion.
type Request struct {
	Prompt string
	// MaxTokens, 0 for the router's default.
	MaxTokens int
	// Room is asked for each part of the answer, in bytes, before the next one is read; false ends it with Busy. Nil for
	// room without end.
	Room func(bytes int64) bool
}

// Completion of a prompt. Usage and Context are the router's own JSON objects, empty when it sent none, or too large ones.
type Completion struct {
	Text    string
	Model   string
	Usage   json.RawMessage
	Context json.RawMessage
}

// Complete returns the whole answer. Every error is an *Error.
func (c *Client) Complete(ctx context.Context, request Request) (Completion, error) {
	response, err := c.ask(ctx, request, false)
	if err != nil {
		return Completion{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(c.limited(response.Body, request.Room))
	if err != nil {
		return Completion{}, errorOf(ctx, err)
	}
	var answer chunk
	if err := json.Unmarshal(body, &answer); err != nil || len(answer.Choices) == 0 {
		return Completion{}, &Error{Code: Refused, Message: "the router's answer is no completion"}
	}
	var completion Completion
	completion.Text = answer.addTo(&completion)
	return completion, nil
}

// Ready asks whether the router runs, without a span.
func (c *Client) Ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.options.URL.JoinPath("health").String(), nil)
	if err != nil {
		return err
	}
	response, err := c.plain.Do(request)
	if err != nil {
		return errorOf(ctx, err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 4<<10))
	if response.StatusCode != http.StatusOK {
		return &Error{Code: Unavailable, Message: fmt.Sprintf("the router's /health answers %d", response.StatusCode)}
	}
	return nil
}

// ask returns the answer with status 200; its body is to be closed.
func (c *Client) ask(ctx context.Context, request Request, stream bool) (*http.Response, error) {
	fields := map[string]any{"prompt": request.Prompt, "stream": stream}
	if request.MaxTokens > 0 {
		fields["max_tokens"] = request.MaxTokens
	}
	if stream {
		fields["stream_options"] = map[string]bool{"include_usage": true}
	}
	body, err := plainjson.Marshal(fields)
	if err != nil {
		return nil, &Error{Code: Refused, Message: err.Error()}
	}
	httpRequest, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL.JoinPath(completionsPath).String(), bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Code: Refused, Message: err.Error()}
	}
	httpRequest.Header.Set("Content-Type", "application/json")
	response, err := c.traced.Do(httpRequest)
	if err != nil {
		return nil, errorOf(ctx, err)
	}
	if response.StatusCode == http.StatusOK {
		wanted := "application/json"
		if stream {
			wanted = "text/event-stream"
		}
		if got, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); got == wanted {
			return response, nil
		}
		response.Body.Close()
		return nil, &Error{Code: Refused, Message: "the router's answer is no completion: its type is not " + wanted}
	}
	defer response.Body.Close()
	// Enough for an error object; more is not read.
	text, _ := io.ReadAll(io.LimitReader(response.Body, 8<<10))
	return nil, refusal(response.StatusCode, text)
}

var (
	errTooLarge = errors.New("the router's answer is too large")
	errNoRoom   = errors.New("the service has no memory left for the answer; try again later")
)

// limited fails with errTooLarge behind the last byte allowed, and with errNoRoom where room says so.
func (c *Client) limited(body io.Reader, room func(bytes int64) bool) io.Reader {
	return &limitedReader{body, c.options.MaxAnswerBytes, room}
}

type limitedReader struct {
	from io.Reader
	left int64
	room func(bytes int64) bool
}

func (r *limitedReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.left -= int64(n)
	if r.left < 0 {
		return 0, errTooLarge
	}
	if n > 0 && r.room != nil && !r.room(int64(n)) {
		return 0, errNoRoom
	}
	return n, err
}
