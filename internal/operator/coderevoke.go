package operator

import (
	"fmt"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// revocation has it confirmed that codes let nobody in any more.
func (c *confirmation) revocation(all door.Batches, asked *CodesRevoked, batches []uint16, now int64) error {
	count := int64(len(asked.Serials) + len(asked.Codes))
	if b := all.Find(asked.Batch); count == 0 && b != nil {
		count = int64(b.Count)
	}
	words := fmt.Sprintf("%s codes let nobody in any more", plan.Figure(count))
	if count == 1 {
		words = "1 code lets nobody in any more"
	}
	return c.given(now, effect{
		kind: EffectCodesRevoked, count: count, exact: true, words: words, about: fmt.Sprint(batches, asked.Serials, asked.Codes),
	})
}
