// Package goroutines checks in tests that none is left behind.
package goroutines

import (
	"runtime"
	"testing"
	"time"
)

// Check, called first in a test, fails it when more goroutines run at its end than at its beginning. They may take a
// moment to go: the number is asked again until it is right, or ten seconds are over.
func Check(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		deadline := time.Now().Add(10 * time.Second)
		for runtime.NumGoroutine() > before {
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<20)
				t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}
