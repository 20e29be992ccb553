package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

type options struct {
	url                          string
	clients, dialing             int
	duration, interval, patience time.Duration
	stream                       bool
	prompt                       string
}

// result of all clients. Sent = Answered + the sum of Errors.
type result struct {
	Connections   int `json:"connections"`
	ConnectErrors int `json:"connect_errors"`
	// ClosedWell counts connections that the service closed with the client's 1000.
	ClosedWell int            `json:"closed_well"`
	Sent       int            `json:"sent"`
	Answered   int            `json:"answered"`
	Errors     map[string]int `json:"errors"`
	// Traces is the number of different trace ids among the answered messages, each as its own answer confirmed it.
	Traces int `json:"traces"`
	// Unconfirmed answers, without the message's trace id in their traceparent: tracing is off at the service.
	Unconfirmed  int                `json:"unconfirmed"`
	Milliseconds map[string]float64 `json:"milliseconds"`
	Seconds      float64            `json:"seconds"`

	mu        sync.Mutex
	traceIDs  []string
	latencies []time.Duration
}

func load(ctx context.Context, o options) *result {
	r := &result{Errors: map[string]int{}}
	began := time.Now()
	dialing := make(chan struct{}, o.dialing)
	var clients sync.WaitGroup
	for range o.clients {
		clients.Go(func() {
			dialing <- struct{}{}
			opening, cancel := context.WithTimeout(ctx, o.patience)
			socket, _, err := websocket.Dial(opening, o.url, nil)
			cancel()
			<-dialing
			r.count(func() {
				if err != nil {
					r.ConnectErrors++
					r.Errors["connect: "+shortened(err)]++
				} else {
					r.Connections++
				}
			})
			if err == nil {
				r.ask(ctx, socket, o)
			}
		})
	}
	clients.Wait()
	r.Seconds = time.Since(began).Seconds()
	r.sum()
	return r
}

// ask on one connection until the time is over.
func (r *result) ask(ctx context.Context, socket *websocket.Conn, o options) {
	defer socket.CloseNow()
	socket.SetReadLimit(-1)
	end := time.Now().Add(o.duration)
	// Not all at the same moment.
	if o.interval > 0 && !sleep(ctx, mathrand.N(o.interval)) {
		return
	}
	for i := 0; time.Now().Before(end); i++ {
		traceID := randomHex(16)
		began := time.Now()
		err := exchange(ctx, socket, o, fmt.Sprint(i), traceID)
		took := time.Since(began)
		r.count(func() {
			r.Sent++
			var refused *refusal
			switch {
			case err == nil:
				r.Answered++
				r.latencies = append(r.latencies, took)
				r.traceIDs = append(r.traceIDs, traceID)
			case errors.Is(err, errUnconfirmed):
				r.Answered++
				r.Unconfirmed++
				r.latencies = append(r.latencies, took)
			case errors.As(err, &refused):
				r.Errors[refused.code]++
			default:
				r.Errors["connection: "+shortened(err)]++
			}
		})
		var refused *refusal
		if err != nil && !errors.Is(err, errUnconfirmed) && !errors.As(err, &refused) {
			return
		}
		if !sleep(ctx, min(o.interval, time.Until(end))) {
			return
		}
	}
	if socket.Close(websocket.StatusNormalClosure, "done") == nil {
		r.count(func() { r.ClosedWell++ })
	}
}

var errUnconfirmed = errors.New("answered, in another trace")

// refusal is an error message of the service.
type refusal struct{ code string }

func (r *refusal) Error() string { return r.code }

// exchange one message for its completion.
func exchange(ctx context.Context, socket *websocket.Conn, o options, id, traceID string) error {
	ctx, cancel := context.WithTimeout(ctx, o.patience)
	defer cancel()
	message, err := json.Marshal(map[string]any{"type": "complete", "id": id, "prompt": o.prompt, "stream": o.stream, "max_tokens": 50,
		"traceparent": "00-" + traceID + "-" + randomHex(8) + "-01"})
	if err != nil {
		return err
	}
	if err := socket.Write(ctx, websocket.MessageText, message); err != nil {
		return err
	}
	for {
		_, data, err := socket.Read(ctx)
		if err != nil {
			return err
		}
		var answer struct{ Type, ID, Code, Traceparent string }
		if err := json.Unmarshal(data, &answer); err != nil {
			return err
		}
		switch {
		case answer.Type == "delta" && answer.ID == id:
		case answer.Type == "error":
			return &refusal{answer.Code}
		case answer.Type == "completion" && answer.ID == id:
			if !strings.HasPrefix(answer.Traceparent, "00-"+traceID+"-") {
				return errUnconfirmed
			}
			return nil
		default:
			return fmt.Errorf("an answer that was not asked for: %.100s", data)
		}
	}
}

func (r *result) count(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

func (r *result) sum() {
	different := make(map[string]bool, len(r.traceIDs))
	for _, id := range r.traceIDs {
		different[id] = true
	}
	r.Traces = len(different)
	slices.Sort(r.latencies)
	r.Milliseconds = map[string]float64{}
	if count := len(r.latencies); count > 0 {
		for name, share := range map[string]float64{"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1} {
			r.Milliseconds[name] = float64(r.latencies[min(count-1, int(share*float64(count)))].Microseconds()) / 1000
		}
	}
}

func (r *result) traceIDLines() string {
	return strings.Join(append(r.traceIDs, ""), "\n")
}

// shortened text of an error, without the ports that make each one different.
func shortened(err error) string {
	text := err.Error()
	if last := strings.LastIndex(text, ": "); last >= 0 {
		text = text[last+2:]
	}
	return text
}

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}

// sleep, false when ctx ends before.
func sleep(ctx context.Context, duration time.Duration) bool {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
