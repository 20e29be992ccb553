package export

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"uat-tracing.example/websocket-service/internal/goroutines"
	"uat-tracing.example/websocket-service/internal/otlptest"
	"uat-tracing.example/websocket-service/internal/redaction"
	"uat-tracing.example/websocket-service/internal/settings"
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

var small = Options{Batch: settings.Batch{MaxQueueSize: 100, MaxQueueBytes: 64 << 20, MaxExportBatchSize: 10, ScheduleDelay: 10 * time.Millisecond, ExportTimeout: time.Second}}

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

// Masking costs what callers make it cost: an outage does not multiply it.
func TestABatchIsMaskedOnce(t *testing.T) {
	var attempts, masked atomic.Int32
	b := &backend{export: func(context.Context, int) error {
		if attempts.Add(1) < 3 {
			return status.Error(codes.Unavailable, "down")
		}
		return nil
	}}
	options := small
	options.Mask = func(spans []sdktrace.ReadOnlySpan) []sdktrace.ReadOnlySpan {
		masked.Add(int32(len(spans)))
		return spans
	}
	processor, tracer, _ := start(t, b, options)
	end(tracer, 10)
	if err := processor.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if attempts.Load() != 3 || masked.Load() != 10 {
		t.Errorf("%d spans were masked in %d attempts", masked.Load(), attempts.Load())
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

// Large spans fill the bytes that may be held long before the number of spans that may.
func TestTheQueueIsBoundedInBytes(t *testing.T) {
	release := make(chan struct{})
	b := &backend{export: func(context.Context, int) error { <-release; return nil }}
	options := small
	options.MaxQueueSize, options.MaxQueueBytes = 10_000, 1<<20
	processor, tracer, said := start(t, b, options)
	const textBytes = 50_000
	for range 100 {
		_, span := tracer.Start(t.Context(), "span", trace.WithAttributes(attribute.String("text", strings.Repeat("x", textBytes))))
		span.End()
	}
	if got := processor.Stats(); got.Queued < 15 || got.Queued > 1<<20/textBytes || got.Dropped != 100-got.Queued {
		t.Errorf("%+v", got)
	}
	close(release)
	if err := processor.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if processor.heldBytes.Load() != 0 || said.reasons["the queue is full"] == 0 {
		t.Errorf("%d bytes are held, said: %v", processor.heldBytes.Load(), said.reasons)
	}
	before := processor.Stats()
	end(tracer, 1)
	if err := processor.ForceFlush(t.Context()); err != nil || processor.Stats().Exported != before.Exported+1 {
		t.Errorf("no room again: %+v, then %+v (%v)", before, processor.Stats(), err)
	}
}

// What is counted for a span is what it takes, or more: of texts and of everything around them.
func TestTheMemoryOfQueuedSpansIsCounted(t *testing.T) {
	release := make(chan struct{})
	b := &backend{export: func(context.Context, int) error { <-release; return nil }}
	options := small
	options.MaxQueueSize, options.MaxQueueBytes = 20_000, 1<<30
	processor, tracer, _ := start(t, b, options)
	before := heapInUse()
	link := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}})
	for i := range 20_000 {
		attributes := []attribute.KeyValue{attribute.String("messaging.message.id", fmt.Sprint(i)), attribute.Int("messaging.message.body.size", i)}
		for _, key := range []attribute.Key{"a", "b", "c", "d", "e", "f", "g", "h"} {
			attributes = append(attributes, key.String(strings.Repeat("x", 20)))
		}
		// As a message's is.
		_, span := tracer.Start(t.Context(), "complete /ws", trace.WithAttributes(attributes...), trace.WithLinks(
			trace.Link{SpanContext: link, Attributes: []attribute.KeyValue{attribute.String("websocket.link", "connection")}},
			trace.Link{SpanContext: link, Attributes: []attribute.KeyValue{attribute.String("websocket.link", "upgrade")}}))
		span.SetAttributes(attribute.String("error.type", "busy"))
		span.End()
	}
	used, counted := heapInUse()-before, processor.heldBytes.Load()
	t.Logf("%d bytes a span are used, %d counted", used/20_000, counted/20_000)
	if used > counted || used < counted/3 {
		t.Errorf("%d bytes are used, %d counted", used, counted)
	}
	close(release)
}

func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc)
}

// 512 spans of the largest size that callers can make them, through the real exporter: each request is below what a gRPC
// receiver takes by default.
func TestARequestIsSmallerThanAReceiverTakes(t *testing.T) {
	receiver, address := otlptest.StartGRPC(t)
	endpoint, _ := url.Parse("http://" + address)
	exporter, err := NewGRPCExporter(t.Context(), endpoint)
	if err != nil {
		t.Fatal(err)
	}
	options := Options{Batch: settings.Batch{MaxQueueSize: 2000, MaxQueueBytes: 64 << 20, MaxExportBatchSize: 512, ScheduleDelay: time.Minute, ExportTimeout: time.Minute}}
	said := &reports{}
	options.Report = said
	options.Mask = (&redaction.Masker{}).Mask
	processor := NewBatchProcessor(exporter, options)
	t.Cleanup(func() { _ = processor.Shutdown(context.Background()) })
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(processor)).Tracer("test")
	for range 512 {
		_, span := tracer.Start(t.Context(), "span")
		// Masked, it is longer.
		span.SetAttributes(attribute.String("secrets", strings.Repeat("pwd=x ", 170)))
		for i := range 8 {
			span.SetAttributes(attribute.String(fmt.Sprint("text", i), strings.Repeat("x", 1024)))
		}
		span.SetStatus(otelcodes.Error, strings.Repeat("x", 1000))
		span.End()
	}
	if err := processor.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := processor.Stats(); got != (Stats{Ended: 512, Exported: 512}) || len(receiver.Spans()) != 512 || said.failed != 0 {
		t.Errorf("%+v, %d arrived, %v", got, len(receiver.Spans()), said.reasons)
	}
}
