package export

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestTroubleIsSaidOnceAndItsEndToo(t *testing.T) {
	var out bytes.Buffer
	report := NewLogReport(slog.New(slog.NewTextHandler(&out, nil)), "http://collector:4317")
	for range 50 {
		report.Failed(errors.New("connection refused"))
	}
	report.Delivered(10)
	report.Delivered(10)
	for range 50 {
		report.Dropped(2, "the queue is full")
	}
	report.Close()
	report.Close()
	for _, each := range []struct {
		text string
		want int
	}{
		{"spans cannot be exported, they are kept", 1}, {"connection refused", 1}, {"spans are exported again", 1}, {"attempts=50", 1},
		{"spans were dropped", 2}, {"spans=2 ", 1}, {"spans=98 ", 1}, {"http://collector:4317", 4},
	} {
		if got := strings.Count(out.String(), each.text); got != each.want {
			t.Errorf("%q %d times, not %d:\n%s", each.text, got, each.want, out.String())
		}
	}
}

func TestAReminderOnceAnInterval(t *testing.T) {
	var out bytes.Buffer
	report := NewLogReport(slog.New(slog.NewTextHandler(&out, nil)), "http://collector:4317")
	report.interval = 0
	for range 3 {
		report.Failed(errors.New("connection refused"))
	}
	if got := strings.Count(out.String(), "spans still cannot be exported"); got != 2 {
		t.Errorf("%d reminders:\n%s", got, out.String())
	}
}
