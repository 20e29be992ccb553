package addresses

import (
	"sync"
	"testing"
)

func TestWhatIsOneAddress(t *testing.T) {
	for _, each := range []struct {
		first, second string
		same          bool
	}{
		{"10.0.0.1:1", "10.0.0.1:2", true}, {"10.0.0.1:1", "10.0.0.2:1", false},
		{"10.0.0.1:1", "[::ffff:10.0.0.1]:1", true},
		{"127.0.0.1:1", "127.0.0.1:2", true}, {"127.0.0.1:1", "[::1]:1", false},
		{"[2001:db8::1]:1", "[2001:db8::ffff:1]:1", true}, {"[2001:db8::1]:1", "[2001:db8:0:1::1]:1", false},
		{"[fe80::1%eth0]:1", "[fe80::1%eth1]:1", true},
		{"", "@", true},
	} {
		c := NewCounter(1)
		if !c.Add(each.first) || c.Add(each.second) == each.same {
			t.Errorf("%s and %s: the same is not %v", each.first, each.second, each.same)
		}
	}
}

func TestThereIsRoomAgainAndNothingIsKept(t *testing.T) {
	c := NewCounter(2)
	if !c.Add("10.0.0.1:1") || !c.Add("10.0.0.1:2") || c.Add("10.0.0.1:3") {
		t.Error("not two")
	}
	c.Remove("10.0.0.1:1")
	if !c.Add("10.0.0.1:3") {
		t.Error("no room again")
	}
	c.Remove("10.0.0.1:2")
	c.Remove("10.0.0.1:3")
	var at sync.WaitGroup
	for range 8 {
		at.Go(func() {
			for range 1000 {
				if c.Add("10.0.0.2:1") {
					c.Remove("10.0.0.2:1")
				}
			}
		})
	}
	at.Wait()
	if len(c.count) != 0 {
		t.Errorf("left: %v", c.count)
	}
}
