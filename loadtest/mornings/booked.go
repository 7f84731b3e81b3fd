package mornings

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// counted is the site with somebody beside it who tells the room of each booking before its visitor reads of it. The site itself
// knows nothing of the room.
type counted struct {
	site http.Handler
	room atomic.Pointer[adminclient.Client] // nil: there is no room

	mu  sync.Mutex
	err error // the first that was not told
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	room := c.room.Load()
	if room == nil || r.Method != http.MethodPost || r.URL.Path != "/termine/angaben" {
		c.site.ServeHTTP(w, r)
		return
	}
	c.site.ServeHTTP(&telling{ResponseWriter: w, ctx: context.WithoutCancel(r.Context()), to: c, room: room}, r)
}

// failed is the first booking that was not told.
func (c *counted) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// telling is an answer that is looked at before it goes out.
type telling struct {
	http.ResponseWriter
	ctx  context.Context //nolint:containedctx // it lives as long as the request
	to   *counted
	room *adminclient.Client
}

func (t *telling) WriteHeader(status int) {
	if number, booked := strings.CutPrefix(t.Header().Get("Location"), "/buchung/"); booked && status == http.StatusSeeOther {
		sum := sha256.Sum256([]byte(number))
		kind := journal.OutcomeKind(queue.Booked)
		_, err := t.room.Debug(t.ctx, launch.RoomID, &operator.DebugReport{Outcomes: []operator.Outcome{
			{Kind: &kind, Count: 1, Ref: journal.ID(sum[:16])},
		}})
		if err != nil {
			t.to.mu.Lock()
			if t.to.err == nil {
				t.to.err = err
			}
			t.to.mu.Unlock()
		}
	}
	t.ResponseWriter.WriteHeader(status)
}
