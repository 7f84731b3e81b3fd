package route_test

import (
	"testing"

	"github.com/einlass/einlass/internal/route"
)

func TestARoomNamesItsHosts(t *testing.T) {
	r, err := route.New([]route.Room{{Hosts: []string{"a.test", "*.b.test", "*"}}})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{
		"a.test": true, "A.test.": true, "x.b.test": true, "x.y.b.test": true, "b.test": false, "a.test.evil": false, "evil": false, "": false,
	} {
		if got := r.Names(0, host); got != want {
			t.Errorf("%q: %v", host, got)
		}
		if !r.HasHost(0, host) {
			t.Errorf("%q is no host of the room", host)
		}
	}
}
