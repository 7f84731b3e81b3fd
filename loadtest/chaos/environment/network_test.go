package environment

import "testing"

func TestReservedLinksHavePortsOfTheirOwn(t *testing.T) {
	n := NewNetwork()
	defer n.Close()
	seen := map[int]bool{}
	for range 400 {
		l, err := n.reserve()
		if err != nil {
			t.Fatal(err)
		}
		if seen[l.Port] {
			t.Fatalf("port %d is reserved twice", l.Port)
		}
		seen[l.Port] = true
	}
}
