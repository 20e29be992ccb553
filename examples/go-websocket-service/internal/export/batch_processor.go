// Package export brings ended spans to the backend. The SDK's batch processor has one export under way at a time, throws a
// batch away when its retries end, and says nothing about what it drops; this one does not.
package export

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"uat-tracing.example/websocket-service/internal/settings"
)

const (
	// maxConcurrentExports of batches: delivery is not bound by one batch a round trip.
	maxConcurrentExports = 4
	firstRetryDelay      = 100 * time.Millisecond
	// maxRetryDelay bounds how long after a backend's recovery delivery goes on.
	maxRetryDelay = 5 * time.Second
	outOfTime     = "the time for it before the end was over"
	// batchBytes at which a batch is closed, estimated: masked and encoded it stays below the 4 MiB that a gRPC receiver
	// accepts by default.
	batchBytes = 1 << 20
)

// Options of a batch processor.
type Options struct {
	settings.Batch
	// Mask the spans of a batch, once, before the first attempt to deliver it; nil for as they are.
	Mask func([]sdktrace.ReadOnlySpan) []sdktrace.ReadOnlySpan
	// Report what happens; nil for nobody.
	Report Report
}

// Stats of a batch processor, in spans. Ended = Exported + Queued + Dropped.
type Stats struct {
	Ended    int64 `json:"ended"`
	Exported int64 `json:"exported"`
	Queued   int64 `json:"queued"`
	Dropped  int64 `json:"dropped"`
}

// BatchProcessor is a span processor that keeps what the backend does not take, in bounds, until it takes it.
type BatchProcessor struct {
	exporter sdktrace.SpanExporter
	options  Options

	queue chan queued
	// flush asks the batching goroutine to hand over what it has; it answers on the channel given.
	flush    chan chan struct{}
	stopping chan struct{}
	stopOnce sync.Once
	stopErr  error
	// cut ends attempts and waits for the next one: there is no more time.
	cut    context.Context
	cutNow context.CancelFunc
	done   chan struct{}
	// slots for batches under way.
	slots chan struct{}

	// ending is held for reading while a span is put into the queue, so that none comes after the last look at it.
	ending  sync.RWMutex
	stopped bool

	ended, exported, held, heldBytes, dropped atomic.Int64
}

// queued span, with the size of what is encoded of it.
type queued struct {
	span  sdktrace.ReadOnlySpan
	bytes int
}

// batch of spans, with the memory that they hold in the queue.
type batch struct {
	spans  []sdktrace.ReadOnlySpan
	memory int64
}

// NewBatchProcessor starts its goroutine; Shutdown ends it.
func NewBatchProcessor(exporter sdktrace.SpanExporter, options Options) *BatchProcessor {
	if options.Report == nil {
		options.Report = silent{}
	}
	cut, cutNow := context.WithCancel(context.Background())
	p := &BatchProcessor{
		exporter: exporter,
		options:  options,
		queue:    make(chan queued, options.MaxQueueSize),
		flush:    make(chan chan struct{}),
		stopping: make(chan struct{}),
		cut:      cut,
		cutNow:   cutNow,
		done:     make(chan struct{}),
		slots:    make(chan struct{}, maxConcurrentExports),
	}
	go p.run()
	return p
}

// OnStart has nothing to do.
func (*BatchProcessor) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd never blocks.
func (p *BatchProcessor) OnEnd(span sdktrace.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	p.ending.RLock()
	defer p.ending.RUnlock()
	p.ended.Add(1)
	if p.stopped {
		p.drop(1, "ended after the shutdown")
		return
	}
	bytes := encodedBytes(span)
	memory := int64(bytes + spanMemory)
	if held, heldBytes := p.held.Add(1), p.heldBytes.Add(memory); held > int64(p.options.MaxQueueSize) || heldBytes > p.options.MaxQueueBytes {
		p.free(1, memory)
		p.drop(1, "the queue is full")
		return
	}
	// There is room: the queue is as large as what may be held.
	p.queue <- queued{span, bytes}
}

// free what was held.
func (p *BatchProcessor) free(spans int, memory int64) {
	p.held.Add(int64(-spans))
	p.heldBytes.Add(-memory)
}

// Stats so far.
func (p *BatchProcessor) Stats() Stats {
	return Stats{Ended: p.ended.Load(), Exported: p.exported.Load(), Queued: p.held.Load(), Dropped: p.dropped.Load()}
}

// ForceFlush returns when every span that ended before it has been delivered or dropped, or with ctx.
func (p *BatchProcessor) ForceFlush(ctx context.Context) error {
	handedOver := make(chan struct{})
	select {
	case p.flush <- handedOver:
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-handedOver:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Shutdown delivers what it can until ctx ends; what is left then is dropped, counted and reported.
func (p *BatchProcessor) Shutdown(ctx context.Context) error {
	p.stopOnce.Do(func() {
		p.ending.Lock()
		p.stopped = true
		p.ending.Unlock()
		close(p.stopping)
		select {
		case <-p.done:
		case <-ctx.Done():
			p.stopErr = ctx.Err()
			p.cutNow()
			<-p.done
		}
		p.cutNow()
		// Its own moment to close connections: ctx may have ended, and every batch is through.
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := p.exporter.Shutdown(closing); p.stopErr == nil {
			p.stopErr = err
		}
	})
	return p.stopErr
}

// run makes batches.
func (p *BatchProcessor) run() {
	defer close(p.done)
	var next batch
	nextBytes := 0
	var underWay []<-chan struct{}
	// Runs from the first span of a batch.
	timer := time.NewTimer(p.options.ScheduleDelay)
	timer.Stop()
	send := func() {
		timer.Stop()
		if len(next.spans) > 0 {
			underWay = slices.DeleteFunc(underWay, isClosed)
			underWay = append(underWay, p.start(next))
			next, nextBytes = batch{}, 0
		}
	}
	add := func(one queued) {
		if nextBytes+one.bytes > batchBytes {
			send()
		}
		if next.spans == nil {
			timer.Reset(p.options.ScheduleDelay)
		}
		next.spans = append(next.spans, one.span)
		next.memory += int64(one.bytes + spanMemory)
		nextBytes += one.bytes
		if len(next.spans) == p.options.MaxExportBatchSize {
			send()
		}
	}
	drain := func() {
		for {
			select {
			case span := <-p.queue:
				add(span)
			default:
				send()
				return
			}
		}
	}
	for {
		select {
		case span := <-p.queue:
			add(span)
		case <-timer.C:
			send()
		case handedOver := <-p.flush:
			drain()
			waiting := slices.Clone(underWay)
			go func() {
				for _, delivered := range waiting {
					<-delivered
				}
				close(handedOver)
			}()
		case <-p.stopping:
			drain()
			for _, delivered := range underWay {
				<-delivered
			}
			return
		}
	}
}

// start exporting a batch in the next free slot. The channel is closed when it is delivered or given up.
func (p *BatchProcessor) start(b batch) <-chan struct{} {
	delivered := make(chan struct{})
	select {
	case p.slots <- struct{}{}:
	case <-p.cut.Done():
		p.give(b, outOfTime)
		close(delivered)
		return delivered
	}
	go func() {
		defer close(delivered)
		defer func() { <-p.slots }()
		p.deliver(b)
	}()
	return delivered
}

func isClosed(channel <-chan struct{}) bool {
	select {
	case <-channel:
		return true
	default:
		return false
	}
}

// deliver tries until the batch is taken, refused for good, or there is no more time.
func (p *BatchProcessor) deliver(b batch) {
	if p.options.Mask != nil {
		b.spans = p.options.Mask(b.spans)
	}
	delay := firstRetryDelay
	for {
		attempt, cancel := context.WithTimeout(p.cut, p.options.ExportTimeout)
		err := p.exporter.ExportSpans(attempt, b.spans)
		cancel()
		rejected, permanent := classify(err)
		switch {
		case err == nil || rejected >= 0:
			taken := len(b.spans) - max(0, min(rejected, len(b.spans)))
			p.free(len(b.spans), b.memory)
			p.exported.Add(int64(taken))
			p.options.Report.Delivered(taken)
			if taken < len(b.spans) {
				p.drop(len(b.spans)-taken, "the backend rejected it: "+err.Error())
			}
			return
		case permanent:
			p.give(b, "the backend refused it for good: "+err.Error())
			return
		case p.cut.Err() != nil:
			p.give(b, outOfTime+": "+err.Error())
			return
		}
		p.options.Report.Failed(err)
		// Half to whole: many services do not come back at the same moment.
		wait := time.NewTimer(delay/2 + rand.N(delay/2))
		select {
		case <-wait.C:
		case <-p.cut.Done():
			wait.Stop()
		}
		delay = min(2*delay, maxRetryDelay)
	}
}

// give a batch up.
func (p *BatchProcessor) give(b batch, reason string) {
	p.free(len(b.spans), b.memory)
	p.drop(len(b.spans), reason)
}

func (p *BatchProcessor) drop(spans int, reason string) {
	p.dropped.Add(int64(spans))
	p.options.Report.Dropped(spans, reason)
}
