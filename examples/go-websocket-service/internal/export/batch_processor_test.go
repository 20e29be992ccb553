package export

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"uat-tracing.example/websocket-service/internal/goroutines"
)

// backend that answers each batch as told, and remembers what it took.
type backend struct {
	export func(ctx context.Context, spans int) error

	mu     sync.Mutex
	names  map[string]int
	closed atomic.Bool
}

func (b *backend) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if b.export != nil {
		if err := b.export(ctx, len(spans)); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.names == nil {
		b.names = make(map[string]int)
	}
	for _, span := range spans {
		b.names[span.SpanContext().SpanID().String()]++
	}
	return nil
}

func (b *backend) Shutdown(context.Context) error {
	b.closed.Store(true)
	return nil
}

func (b *backend) taken(t *testing.T) int {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, times := range b.names {
		if times != 1 {
			t.Errorf("span %s was delivered %d times", id, times)
		}
	}
	return len(b.names)
}

// reports it gets, by kind.
type reports struct {
	mu      sync.Mutex
	failed  int
	reasons map[string]int
}

func (r *reports) Delivered(int) {}
func (r *reports) Failed(error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed++
}
func (r *reports) Dropped(spans int, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reasons == nil {
		r.reasons = make(map[string]int)
	}
	reason, _, _ = strings.Cut(reason, ":")
	r.reasons[reason] += spans
}

var small = Options{MaxQueueSize: 100, MaxExportBatchSize: 10, ScheduleDelay: 10 * time.Millisecond, ExportTimeout: time.Second}

// start a processor with a tracer on it; it is shut down with the test.
func start(t *testing.T, b *backend, options Options) (*BatchProcessor, trace.Tracer, *reports) {
	t.Helper()
	goroutines.Check(t)
	said := &reports{}
	options.Report = said
	processor := NewBatchProcessor(b, options)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(processor))
	t.Cleanup(func() { _ = processor.Shutdown(expired()) })
	return processor, provider.Tracer("test"), said
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func end(tracer trace.Tracer, spans int) {
	for range spans {
		_, span := tracer.Start(context.Background(), "span")
		span.End()
	}
}

func TestEverySpanIsDeliveredOnce(t *testing.T) {
	b := &backend{}
	options := small
	options.MaxQueueSize = 10_000
	processor, tracer, _ := start(t, b, options)
	var ending sync.WaitGroup
	for range 8 {
		ending.Go(func() { end(tracer, 1001) })
	}
	ending.Wait()
	if err := processor.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, stats := b.taken(t), processor.Stats(); got != 8008 || stats != (Stats{Ended: 8008, Exported: 8008}) {
		t.Errorf("%d spans delivered, %+v", got, stats)
	}
}

func TestASpanAloneIsSentAfterTheDelay(t *testing.T) {
	sent := make(chan int, 1)
	b := &backend{export: func(_ context.Context, spans int) error { sent <- spans; return nil }}
	_, tracer, _ := start(t, b, small)
	end(tracer, 1)
	if got := <-sent; got != 1 {
		t.Errorf("a batch of %d", got)
	}
}

func TestABackendThatComesBackGetsEverything(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	b := &backend{export: func(context.Context, int) error {
		if down.Load() {
			return status.Error(codes.Unavailable, "down")
		}
		return nil
	}}
	processor, tracer, said := start(t, b, small)
	end(tracer, 100)
	waitUntil(t, "four batches have failed", func() bool { said.mu.Lock(); defer said.mu.Unlock(); return said.failed >= 4 })
	if got := processor.Stats(); got.Queued != 100 || got.Dropped != 0 {
		t.Errorf("while it is down: %+v", got)
	}
	down.Store(false)
	if err := processor.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.taken(t); got != 100 {
		t.Errorf("%d spans delivered", got)
	}
}

func TestBeyondTheQueueIsDroppedAndCounted(t *testing.T) {
	release := make(chan struct{})
	b := &backend{export: func(context.Context, int) error { <-release; return nil }}
	processor, tracer, said := start(t, b, small)
	end(tracer, 130)
	if got := processor.Stats(); got != (Stats{Ended: 130, Queued: 100, Dropped: 30}) {
		t.Errorf("%+v", got)
	}
	close(release)
	if err := processor.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, stats := b.taken(t), processor.Stats(); got != 100 || stats != (Stats{Ended: 130, Exported: 100, Dropped: 30}) || !b.closed.Load() {
		t.Errorf("%d spans delivered, %+v, exporter closed: %v", got, stats, b.closed.Load())
	}
	if said.reasons["the queue is full"] != 30 {
		t.Errorf("said: %v", said.reasons)
	}
	end(tracer, 1)
	if got := processor.Stats(); got.Dropped != 31 {
		t.Errorf("after the shutdown: %+v", got)
	}
}

func TestRefusedForGoodIsNotTriedAgain(t *testing.T) {
	for _, each := range []struct {
		answer   error
		exported int64
	}{
		{status.Error(codes.InvalidArgument, "no"), 0},
		{errors.New("traces export: failed to send to http://x: 400 Bad Request (body: no)"), 0},
		{errors.New("traces export: OTLP partial success: too old (3 spans rejected)"), 7},
		{errors.New("traces export: OTLP partial success: a warning (0 spans rejected)"), 10},
	} {
		b := &backend{export: func(context.Context, int) error { return each.answer }}
		processor, tracer, said := start(t, b, small)
		end(tracer, 10)
		if err := processor.ForceFlush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := processor.Stats(); got != (Stats{Ended: 10, Exported: each.exported, Dropped: 10 - each.exported}) || said.failed != 0 {
			t.Errorf("%v: %+v, failed %d times", each.answer, got, said.failed)
		}
	}
}

func TestAShutdownWithoutTimeCutsOffAndCounts(t *testing.T) {
	b := &backend{export: func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }}
	options := small
	options.ExportTimeout = time.Hour
	processor, tracer, said := start(t, b, options)
	end(tracer, 95)
	if err := processor.Shutdown(expired()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if got := processor.Stats(); got != (Stats{Ended: 95, Dropped: 95}) || said.reasons[outOfTime] != 95 {
		t.Errorf("%+v, said: %v", got, said.reasons)
	}
}

func waitUntil(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !isTrue() {
		if time.Now().After(deadline) {
			t.Fatalf("waited 20 s until %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
