// Package addresses bounds what one client address may have.
package addresses

import (
	"net/netip"
	"sync"
)

// Counter of what each client address has right now.
type Counter struct {
	limit int

	mu    sync.Mutex
	count map[netip.Prefix]int
}

// NewCounter that allows so many of each address.
func NewCounter(limit int) *Counter {
	return &Counter{limit: limit, count: make(map[netip.Prefix]int)}
}

// Add one of host:port, false when that address has as many as it may.
func (c *Counter) Add(remote string) bool {
	network := networkOf(remote)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count[network] >= c.limit {
		return false
	}
	c.count[network]++
	return true
}

// Remove one that was added.
func (c *Counter) Remove(remote string) {
	network := networkOf(remote)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count[network]--; c.count[network] <= 0 {
		delete(c.count, network)
	}
}

// networkOf host:port: an IPv4 address, or the /64 network of an IPv6 one, all of which one client has. What is neither
// counts as one network.
func networkOf(remote string) netip.Prefix {
	parsed, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	address := parsed.Addr().Unmap().WithZone("")
	bits := 64
	if address.Is4() {
		bits = 32
	}
	network, _ := address.Prefix(bits)
	return network
}
