// Package budget bounds the memory of what is under way in the whole process, however many connections it comes from.
package budget

import "sync/atomic"

// Budget of bytes. What does not fit is refused at once: waiting for room while one holds some would be a deadlock.
type Budget struct {
	limit int64
	taken atomic.Int64
	// whole that this one is a part of, nil for none: what is taken here is taken there too.
	whole *Budget
}

// New budget of so many bytes.
func New(limit int64) *Budget {
	return &Budget{limit: limit}
}

// Part of the budget, of so many bytes: whoever has it cannot take the rest from the others.
func (b *Budget) Part(limit int64) *Budget {
	return &Budget{limit: limit, whole: b}
}

// Taken bytes right now.
func (b *Budget) Taken() int64 {
	return b.taken.Load()
}

// Share for one piece of work, empty at first. Its methods are for one goroutine at a time.
func (b *Budget) Share() *Share {
	return &Share{budget: b}
}

// Share of a budget.
type Share struct {
	budget *Budget
	bytes  int64
}

// Take so many bytes more; false, and nothing is taken, when the budget has not so many left.
func (s *Share) Take(bytes int64) bool {
	return s.take(bytes, false)
}

// Begin with so many bytes, likewise, and leave a quarter of the budget to what has begun: what it comes to has cost something.
func (s *Share) Begin(bytes int64) bool {
	return s.take(bytes, true)
}

func (s *Share) take(bytes int64, begins bool) bool {
	if !s.budget.take(bytes, begins) {
		return false
	}
	s.bytes += bytes
	return true
}

func (b *Budget) take(bytes int64, begins bool) bool {
	limit := b.limit
	if begins {
		limit = limit / 4 * 3
	}
	if b.taken.Add(bytes) > limit || b.whole != nil && !b.whole.take(bytes, begins) {
		b.taken.Add(-bytes)
		return false
	}
	return true
}

func (b *Budget) give(bytes int64) {
	for ; b != nil; b = b.whole {
		b.taken.Add(-bytes)
	}
}

// Keep no more than so many bytes, and give the rest back.
func (s *Share) Keep(bytes int64) {
	if back := s.bytes - bytes; back > 0 {
		s.budget.give(back)
		s.bytes = bytes
	}
}

// Release everything. One that is empty, or none, stays so.
func (s *Share) Release() {
	if s != nil {
		s.Keep(0)
	}
}
