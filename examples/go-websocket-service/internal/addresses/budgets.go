package addresses

import (
	"net/netip"
	"sync"

	"uat-tracing.example/websocket-service/internal/budget"
)

// Budgets gives each client address a part of a budget, which all its connections share.
type Budgets struct {
	whole *budget.Budget
	limit int64

	mu    sync.Mutex
	parts map[netip.Prefix]*part
}

type part struct {
	budget      *budget.Budget
	connections int
}

// NewBudgets of so many bytes for each address, within the whole.
func NewBudgets(whole *budget.Budget, limit int64) *Budgets {
	return &Budgets{whole: whole, limit: limit, parts: make(map[netip.Prefix]*part)}
}

// Join a connection of host:port to those of its address, and return what they share.
func (b *Budgets) Join(remote string) *budget.Budget {
	network := networkOf(remote)
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.parts[network]
	if p == nil {
		p = &part{budget: b.whole.Part(b.limit)}
		b.parts[network] = p
	}
	p.connections++
	return p.budget
}

// Leave when a connection that has joined has given back all it had.
func (b *Budgets) Leave(remote string) {
	network := networkOf(remote)
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.parts[network]
	if p.connections--; p.connections == 0 {
		delete(b.parts, network)
	}
}
