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

func (h *oneField) Values(name string) []string {
	if name == h.name {
		return []string{string(h.value)}
	}
	return nil
}

func (*oneField) SetLocation(string) {}

// obeying is a room that does what it is told by these commands.
func obeying(commands ...string) *Room { return &Room{RoomConfig: RoomConfig{Commands: commands}} }

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
		said := readSiteHead(&opt, stayInside{r: obeying("finish")}, func(_ *stayInside, w *word) { finished = w.finished })
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
	obey := func(*stayInside, *word) { finished++ }
	stay := stayInside{r: obeying("finish")}
	if n := testing.AllocsPerRun(1000, func() {
		var opt proxy.Options
		said := readSiteHead(&opt, stay, obey)
		opt.OnHead(head)
		said.release()
	}); n >= 1 || finished != 1001 {
		t.Errorf("%v allocations, %d finished", n, finished)
	}
}
