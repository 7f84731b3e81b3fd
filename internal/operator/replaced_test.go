package operator_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// closing is a line that ends while somebody changes its controls.
type closing struct {
	operator.Line
	ended func()
}

func (c *closing) Update(context.Context, func(*queue.Document) error) (queue.Document, error) {
	c.ended()
	return queue.Document{}, fmt.Errorf("settle: %w", queue.ErrClosed)
}

func TestAChangeOfARoomThatIsTakenOutOfServiceFindsWhatThereIsThen(t *testing.T) {
	h := newHouse(t)
	room := operator.Room{ID: "termine", Line: h.room, Backends: func() []operator.Backend { return nil }}
	for _, c := range []struct {
		name string
		then func(old operator.Room) []operator.Room
		want error
	}{
		{"it is gone", func(operator.Room) []operator.Room { return nil }, operator.ErrUnknownRoom},
		{"it is back with another line", func(operator.Room) []operator.Room { return []operator.Room{room} }, nil},
		{"the process stops", func(old operator.Room) []operator.Room { return []operator.Room{old} }, queue.ErrClosed},
	} {
		var rooms []operator.Room
		old := room
		old.Line = &closing{Line: h.room, ended: func() { rooms = c.then(old) }}
		rooms = []operator.Room{old}
		service, err := operator.New(func() []operator.Room { return rooms }, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		after, err := service.Change(operator.NewContext(t.Context(), staff), "termine", operator.Change{Rate: ptr[int64](77)})
		if !errors.Is(err, c.want) || c.want == nil && after.Rate != 77 {
			t.Errorf("%s: rate %d, %v", c.name, after.Rate, err)
		}
	}
}
