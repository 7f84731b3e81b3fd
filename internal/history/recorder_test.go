package history

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestARecorderLooksOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		r := Recorder{Ring: New(), View: func() *queue.View { looks++; return &queue.View{} }, Now: func() int64 { return time.Now().UnixMilli() }}
		ctx, end := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
		defer end()
		if err := r.Run(ctx); err != nil || looks != 11 {
			t.Errorf("%d looks in ten seconds, %v", looks, err)
		}
		if f, ok := r.Ring.at(time.Now().UnixMilli() / stepMS); !ok || f[store] != 0 {
			t.Errorf("of a room that its store has never answered: %v, %v", f[store], ok)
		}
	})
}
