package budget

import (
	"sync"
	"testing"
)

func TestAShareIsTakenWholeOrNotAtAll(t *testing.T) {
	b := New(100)
	first, second := b.Share(), b.Share()
	for _, each := range []struct {
		what  string
		does  func() bool
		want  bool
		taken int64
	}{
		{"the first takes 60", func() bool { return first.Take(60) }, true, 60},
		{"the second takes 41", func() bool { return second.Take(41) }, false, 60},
		{"the second takes 40", func() bool { return second.Take(40) }, true, 100},
		{"the first takes 1 more", func() bool { return first.Take(1) }, false, 100},
		{"the first keeps 10", func() bool { first.Keep(10); return true }, true, 50},
		{"the first keeps no more than 50", func() bool { first.Keep(50); return true }, true, 50},
		{"the second is released", func() bool { second.Release(); second.Release(); return true }, true, 10},
		{"the first takes 90", func() bool { return first.Take(90) }, true, 100},
		{"the first is released", func() bool { first.Release(); return true }, true, 0},
		{"the first begins with 70", func() bool { return first.Begin(70) }, true, 70},
		{"the second begins with 6", func() bool { return second.Begin(6) }, false, 70},
		{"the second begins with 5", func() bool { return second.Begin(5) }, true, 75},
		{"the first goes on with 25", func() bool { return first.Take(25) }, true, 100},
	} {
		if got := each.does(); got != each.want || b.Taken() != each.taken {
			t.Errorf("%s: %v, %d taken; not %v, %d", each.what, got, b.Taken(), each.want, each.taken)
		}
	}
}

func TestAPartIsBoundedByItselfAndByTheWhole(t *testing.T) {
	whole := New(100)
	one, other := whole.Part(40), whole.Part(80)
	first, second := one.Share(), other.Share()
	for _, each := range []struct {
		what        string
		does        func() bool
		want        bool
		part, taken int64
	}{
		{"the first begins with 31", func() bool { return first.Begin(31) }, false, 0, 0},
		{"the first begins with 30", func() bool { return first.Begin(30) }, true, 30, 30},
		{"the first goes on with 11", func() bool { return first.Take(11) }, false, 30, 30},
		{"the first goes on with 10", func() bool { return first.Take(10) }, true, 40, 40},
		{"the second begins with 36", func() bool { return second.Begin(36) }, false, 40, 40},
		{"the second takes 61", func() bool { return second.Take(61) }, false, 40, 40},
		{"the second takes 60", func() bool { return second.Take(60) }, true, 40, 100},
		{"the first keeps 5", func() bool { first.Keep(5); return true }, true, 5, 65},
		{"both are released", func() bool { first.Release(); second.Release(); return true }, true, 0, 0},
	} {
		if got := each.does(); got != each.want || one.Taken() != each.part || whole.Taken() != each.taken {
			t.Errorf("%s: %v, %d of the part, %d of the whole; not %v, %d, %d", each.what, got, one.Taken(), whole.Taken(), each.want, each.part, each.taken)
		}
	}
}

func TestManyTakeNoMoreThanThereIs(t *testing.T) {
	b := New(1000)
	var taking sync.WaitGroup
	for range 16 {
		taking.Go(func() {
			for range 1000 {
				share := b.Share()
				if share.Take(300) && share.Take(100) && b.Taken() < 400 {
					t.Error("less than what this one holds is taken")
				}
				share.Release()
			}
		})
	}
	taking.Wait()
	if got := b.Taken(); got != 0 {
		t.Errorf("%d bytes are left", got)
	}
}
