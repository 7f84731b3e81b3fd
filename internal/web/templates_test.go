package web

import (
	"fmt"
	"testing"

	"github.com/einlass/einlass/internal/splice"
)

func TestATemplateIsMadeOnceOfTheSame(t *testing.T) {
	head, tail := splice.NewBlock([]byte("<p>head")), splice.NewBlock([]byte("tail</p>"))
	var kept templates
	make := func(first string, lead string) *splice.Template {
		return kept.of(head, [][]byte{[]byte(first), []byte("b")}, [][]byte{[]byte(lead)}, tail)
	}
	one := make("a", "")
	if make("a", "") != one {
		t.Error("the same was made twice")
	}
	if make("c", "") == one || make("a", "x") == one || kept.of(tail, [][]byte{[]byte("a"), []byte("b")}, [][]byte{nil}, head) == one {
		t.Error("something else is taken for the same")
	}
	for i := range mostTemplates {
		make(fmt.Sprint("other", i), "")
	}
	if len(kept.made) != mostTemplates || len(kept.keys) != mostTemplates {
		t.Errorf("%d are kept, %d in order", len(kept.made), len(kept.keys))
	}
	if again := make("a", ""); again == one {
		t.Error("the oldest was not forgotten")
	}
}
