package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// serveNext answers what comes next as an entry for a calendar. It looks at no cookie and sets none: it is the same for everybody, and takes
// no number.
func (e *exchange) serveNext() {
	start, ok := e.r.startAt(string(param(e.v.Query(), "at")))
	if !ok {
		e.g.refuse(e.r, e.v, 404, "not-found")
		return
	}
	event := web.Event{Coming: e.r.coming(&start), ID: e.r.eventID(start.Opening), URL: e.startURL()}
	e.answerEvent(&event)
}

// startAt finds the start of which a page has named a time, in Unix seconds. Without one it is the next.
func (r *Room) startAt(at string) (queue.Start, bool) {
	v, now := r.Line.View(), r.Line.Now()
	s := v.Start
	if at != "" {
		named, err := strconv.ParseInt(at, 10, 50)
		if err != nil {
			return queue.Start{}, false
		}
		s = v.StartAt(named)
	} else if s.At <= now {
		s = v.Following
	}
	return s, s.At > now
}

// firstEntry is the first of some times at which an opening starts that a calendar can have; zero: none.
func (r *Room) firstEntry(times ...time.Time) time.Time {
	for _, t := range times {
		if s := r.Line.View().StartAt(t.Unix()); s.At > r.Line.Now() {
			return t
		}
	}
	return time.Time{}
}

// eventID names an opening of the room for ever. Its name has the date.
func (r *Room) eventID(opening string) string {
	sum := sha256.Sum256([]byte(r.ID + "\x00" + opening))
	return hex.EncodeToString(sum[:16]) + "@einlass"
}

// startURL is the whole address of the start page.
func (e *exchange) startURL() string {
	if at := authority(e.v); at != "" && !e.r.elsewhere(e.v) {
		return e.v.Scheme() + "://" + at + e.r.start()
	}
	return e.r.homeURL(e.v, e.r.start())
}

// start is the path at which the room begins.
func (r *Room) start() string {
	if r.Start == "" {
		return "/"
	}
	return r.Start
}
