package gateway

import (
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// askedFor is how long what the store has said of a place is said again, and mostAsked how many places that is done for.
const (
	askedFor  = time.Second
	mostAsked = 1024
)

// lookups remembers for a moment where places stand that were asked for by number and code. Anybody who has both may ask as often as there is
// room on the line, and each time would be a call to the store. The zero value is ready; safe for concurrent use.
type lookups struct {
	mu    sync.Mutex
	since time.Time
	known map[queue.Place]queue.Answer
}

// answer is what is known of a place, or what ask says. An answer with an error is not remembered.
func (k *lookups) answer(p queue.Place, now time.Time, ask func() (queue.Answer, error)) queue.Answer {
	k.mu.Lock()
	if age := now.Sub(k.since); age < 0 || age >= askedFor || len(k.known) >= mostAsked {
		k.since, k.known = now, map[queue.Place]queue.Answer{}
	}
	a, ok := k.known[p]
	since := k.since
	k.mu.Unlock()
	if ok {
		return a
	}
	a, err := ask()
	if err == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.since.Equal(since) {
			k.known[p] = a
		}
	}
	return a
}
