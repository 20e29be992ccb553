// Package routertest is an LLM router within a test's process, that echoes prompts.
package routertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Request as it arrived.
type Request struct {
	Prompt    string `json:"prompt"`
	MaxTokens *int   `json:"max_tokens"`
	Stream    bool   `json:"stream"`
	Header    http.Header
}

// Router that answers. Answer, where it is set, may answer in its place: true when it has.
type Router struct {
	URL    string
	Answer func(w http.ResponseWriter, r *http.Request, request Request) bool

	mu       sync.Mutex
	requests []Request
}

// Start on a free port of the loopback; it stops with the test.
func Start(t *testing.T) *Router {
	t.Helper()
	r := &Router{}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// Requests so far.
func (r *Router) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.requests...)
}

func (r *Router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.URL.Path == "/health" {
		return
	}
	asked := Request{Header: request.Header}
	if err := json.NewDecoder(request.Body).Decode(&asked); err != nil || request.URL.Path != "/v1/completions" {
		http.Error(w, "no completion", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.requests = append(r.requests, asked)
	r.mu.Unlock()
	if r.Answer != nil && r.Answer(w, request, asked) {
		return
	}
	const usage = `"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"context":{"status":"found"}`
	text, _ := json.Marshal(asked.Prompt)
	if !asked.Stream {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"1","object":"text_completion","model":"echo","choices":[{"text":%s,"index":0}],%s}`, text, usage)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, word := range strings.SplitAfter(asked.Prompt, " ") {
		text, _ := json.Marshal(word)
		fmt.Fprintf(w, "data: {\"model\":\"echo\",\"choices\":[{\"text\":%s}]}\n\n", text)
		_ = http.NewResponseController(w).Flush()
	}
	fmt.Fprintf(w, ": a comment\n\ndata: {\"choices\":[],%s}\n\ndata: [DONE]\n\n", usage)
}
