package addresses

import (
	"testing"

	"uat-tracing.example/websocket-service/internal/budget"
)

func TestConnectionsOfOneAddressShareAPartOfTheBudget(t *testing.T) {
	whole := budget.New(100)
	budgets := NewBudgets(whole, 40)
	first, second, other := budgets.Join("192.0.2.1:1"), budgets.Join("192.0.2.1:2"), budgets.Join("192.0.2.2:1")
	if first != second || first == other {
		t.Fatal("an address has not one part of its own")
	}
	share := first.Share()
	if !share.Take(30) || second.Share().Take(11) || !other.Share().Take(40) || whole.Taken() != 70 {
		t.Errorf("%d taken", whole.Taken())
	}
	budgets.Leave("192.0.2.1:1")
	if again := budgets.Join("192.0.2.1:3"); again != second || again.Taken() != 30 {
		t.Error("what the address still has is forgotten")
	}
	share.Release()
	budgets.Leave("192.0.2.1:2")
	budgets.Leave("192.0.2.1:3")
	budgets.Leave("192.0.2.2:1")
	if len(budgets.parts) != 0 {
		t.Errorf("%d addresses are remembered", len(budgets.parts))
	}
}
