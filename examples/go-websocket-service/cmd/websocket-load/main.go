// websocket-load opens many connections to the WebSocket service, asks on each for a while, and prints what came of it as
// one JSON object. Every message has a trace of its own, whose ids can be written to a file, to be looked for in a backend.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.url, "url", "ws://127.0.0.1:8080/ws", "of the service")
	flag.IntVar(&o.clients, "clients", 1000, "connections at the same time")
	flag.DurationVar(&o.duration, "duration", time.Minute, "how long each client asks")
	flag.DurationVar(&o.interval, "interval", time.Second, "between a client's answer and its next message")
	flag.DurationVar(&o.patience, "patience", 30*time.Second, "for one answer, and for one connection to open")
	flag.IntVar(&o.dialing, "dialing", 50, "connections that are being opened at the same time")
	flag.BoolVar(&o.stream, "stream", false, "ask for streamed answers")
	flag.StringVar(&o.prompt, "prompt", "What is a trace?", "of every message")
	traceIDs := flag.String("trace-ids", "", "file for the trace ids of the messages that were answered, one a line")
	flag.Parse()
	if flag.NArg() > 0 || o.clients < 1 || o.dialing < 1 || o.duration <= 0 || o.interval < 0 || o.patience <= 0 {
		fmt.Fprintln(os.Stderr, "websocket-load: numbers and durations must be above 0, and there are no further arguments; see -help")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	result := load(ctx, o)
	if *traceIDs != "" {
		if err := os.WriteFile(*traceIDs, []byte(result.traceIDLines()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "websocket-load:", err)
			os.Exit(1)
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
	if result.Answered != result.Sent || result.ConnectErrors > 0 {
		os.Exit(1)
	}
}
