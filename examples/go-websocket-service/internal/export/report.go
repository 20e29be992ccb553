package export

import (
	"log/slog"
	"sync"
	"time"
)

// Report of what a batch processor does. Its methods are called by many goroutines at once, and must not block.
type Report interface {
	Delivered(spans int)
	// Failed attempt; the batch is kept and tried again.
	Failed(err error)
	Dropped(spans int, reason string)
}

type silent struct{}

func (silent) Delivered(int)       {}
func (silent) Failed(error)        {}
func (silent) Dropped(int, string) {}

// reminderInterval between two lines about the same trouble.
const reminderInterval = time.Minute

// LogReport says a failure once, sums up once a minute what goes on, and says the recovery.
type LogReport struct {
	logger   *slog.Logger
	endpoint string
	interval time.Duration

	mu       sync.Mutex
	failing  bool
	attempts int
	since    time.Time
	reminded time.Time
	dropped  int
	saidDrop time.Time
	reason   string
}

// NewLogReport for the endpoint, which is named in every line.
func NewLogReport(logger *slog.Logger, endpoint string) *LogReport {
	return &LogReport{logger: logger, endpoint: endpoint, interval: reminderInterval}
}

func (r *LogReport) Failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.attempts++
	if !r.failing {
		r.failing, r.since, r.reminded = true, now, now
		r.logger.Warn("spans cannot be exported, they are kept and tried again", "endpoint", r.endpoint, "error", err.Error())
	} else if now.Sub(r.reminded) >= r.interval {
		r.reminded = now
		r.logger.Warn("spans still cannot be exported", "endpoint", r.endpoint, "seconds", int(now.Sub(r.since).Seconds()), "attempts", r.attempts, "error", err.Error())
	}
}

func (r *LogReport) Delivered(int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failing {
		r.failing = false
		r.logger.Info("spans are exported again", "endpoint", r.endpoint, "seconds", int(time.Since(r.since).Seconds()), "attempts", r.attempts)
		r.attempts = 0
	}
	if time.Since(r.saidDrop) >= r.interval {
		r.sayDropped()
	}
}

func (r *LogReport) Dropped(spans int, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped += spans
	r.reason = reason
	if time.Since(r.saidDrop) >= r.interval {
		r.sayDropped()
	}
}

// Close says what has not been said yet.
func (r *LogReport) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sayDropped()
}

func (r *LogReport) sayDropped() {
	if r.dropped == 0 {
		return
	}
	r.logger.Warn("spans were dropped", "endpoint", r.endpoint, "spans", r.dropped, "reason", r.reason)
	r.saidDrop, r.dropped = time.Now(), 0
}
