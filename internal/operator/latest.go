package operator

import (
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// latestFor is how long a document that an act has made stands in for that of the room's snapshot, which is refreshed several times a second. It
// is not for ever: a store that was lost begins with a lower version.
const latestFor = 2 * time.Second

// latest are the documents that acts at this gateway have made, by room, so that nobody reads controls older than one's own act: a second
// act on the version that was read would be refused. The zero value is ready. Safe for concurrent use.
type latest struct {
	mu sync.Mutex
	of map[string]made
}

type made struct {
	document queue.Document
	at       time.Time
}

// note takes what an act has made of a room.
func (l *latest) note(room string, d *queue.Document, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]made{}
	}
	if m, ok := l.of[room]; !ok || d.Version > m.document.Version || now.Sub(m.at) >= latestFor {
		l.of[room] = made{d.Clone(), now}
	}
}

// infoOf is what is told of a room.
func (l *latest) infoOf(r *Room, now time.Time) RoomInfo {
	info := r.info()
	l.mu.Lock()
	defer l.mu.Unlock()
	m, ok := l.of[r.ID]
	switch {
	case !ok:
	case now.Sub(m.at) >= latestFor:
		delete(l.of, r.ID)
	case info.Version < m.document.Version:
		info.SetDocument(&m.document)
	}
	return info
}
