package gateway

import (
	"testing"

	"github.com/einlass/einlass/internal/proxy"
)

// oneField is a head with one field.
type oneField struct {
	name  string
	value []byte
}

func (oneField) Status() int { return 200 }

func (h *oneField) Field(name string) []byte {
	if name == h.name {
		return h.value
	}
	return nil
}

func (h *oneField) Has(name, value string) bool { return name == h.name && string(h.value) == value }

func (*oneField) SetLocation(string) {}

func TestASiteEndsAStayByOneValueOfOneField(t *testing.T) {
	for _, test := range []struct {
		name, value string
		finish      bool
	}{
		{"einlass-finish", "1", true}, {"einlass-finish", "0", false}, {"einlass-finish", "", false}, {"x-finish", "1", false},
	} {
		var opt proxy.Options
		others := 0
		opt.OnHead = func(proxy.Head) { others++ }
		finished := false
		said := readSiteHead(&opt, stayInside{}, func(*stayInside) { finished = true })
		opt.OnHead(&oneField{test.name, []byte(test.value)})
		if finished != test.finish || others != 1 {
			t.Errorf("%s: %q: %v, and the hook before was called %d times", test.name, test.value, finished, others)
		}
		said.release()
	}
}

func TestReadingTheHeadOfTheSiteCostsNoAllocation(t *testing.T) {
	var head proxy.Head = &oneField{"einlass-finish", []byte("1")}
	finished := 0
	finish := func(*stayInside) { finished++ }
	if n := testing.AllocsPerRun(1000, func() {
		var opt proxy.Options
		said := readSiteHead(&opt, stayInside{}, finish)
		opt.OnHead(head)
		said.release()
	}); n >= 1 || finished != 1001 {
		t.Errorf("%v allocations, %d finished", n, finished)
	}
}
