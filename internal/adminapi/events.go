package adminapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
)

const (
	// eventsEvery is how often figures are sent. Other controls are sent at once.
	eventsEvery = time.Second
	// eventsAlive is after how much silence a comment is sent, so that nothing on the way takes the connection for dead.
	eventsAlive = 15 * time.Second
	// eventsRetry is when a client comes back that was cut off, in ms.
	eventsRetry = 2000
	// eventsWithin is how long a client may take to take one event.
	eventsWithin = 5 * time.Second
	// maxEvents is how many clients listen at once.
	maxEvents = 64
)

// eventsType is the media type of a stream of events (HTML standard, server-sent events).
const eventsType = "text/event-stream"

var errListeners = errors.New("as many clients as can listen do so already; ask for the rooms instead, or come back later")

// events is what all streams have in common.
type events struct {
	slots  chan struct{} // one a client
	stop   chan struct{} // closed when the server stops
	within time.Duration
}

func newEvents() events {
	return events{slots: make(chan struct{}, maxEvents), stop: make(chan struct{}), within: eventsWithin}
}

// listen streams the rooms until the client goes, its session ends or the server stops: an event at once, another one at once when
// controls have changed, and one a second when figures have.
func (s *Server) listen(w http.ResponseWriter, r *http.Request) {
	room, err := s.listensTo(r)
	if err != nil {
		s.fail(w, err)
		return
	}
	select {
	case s.events.slots <- struct{}{}:
		defer func() { <-s.events.slots }()
	default:
		s.fail(w, errListeners)
		return
	}
	out := &stream{w: w, to: http.NewResponseController(w), within: s.events.within, last: r.Header.Get("Last-Event-ID")}
	if err := out.begin(); err != nil {
		s.fail(w, err)
		return
	}
	if r.Method == http.MethodHead {
		return
	}
	if err := s.follow(out, r, room); err != nil {
		s.cfg.Log.Debug("stream of events was not taken", zap.String("error", unaddressed(err.Error())))
	}
}

// listensTo is the one room that is asked for; empty: all.
func (s *Server) listensTo(r *http.Request) (room string, err error) {
	if room = r.URL.Query().Get("room"); room != "" {
		_, err = s.operators.Get(r.Context(), room)
	}
	return room, err
}

func (s *Server) follow(out *stream, r *http.Request, room string) error {
	ctx := r.Context()
	tick, alive := time.NewTicker(eventsEvery), time.NewTimer(eventsAlive)
	defer tick.Stop()
	defer alive.Stop()
	for {
		changed := s.operators.Changes() // before the rooms are read, so that no change is missed
		list, err := s.roomsFor(ctx, room)
		if err != nil {
			return err
		}
		sent, err := out.rooms(list)
		if err != nil {
			return err
		}
		if sent {
			alive.Reset(eventsAlive)
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-alive.C:
			if err := out.comment(); err != nil {
				return err
			}
			alive.Reset(eventsAlive)
		case <-ctx.Done():
			return nil
		case <-s.events.stop:
			return nil
		}
		ctx = operator.NewContext(r.Context(), s.principal(r)) // a token or a session may have ended, or may see other rooms now
	}
}

// roomsFor are all rooms that a client sees, or one of them.
func (s *Server) roomsFor(ctx context.Context, room string) (RoomList, error) {
	all, err := s.operators.List(ctx)
	if room != "" {
		all = slices.DeleteFunc(all, func(info operator.RoomInfo) bool { return info.ID != room })
	}
	return RoomList{Rooms: all}, err
}

// stream is what one client gets.
type stream struct {
	w      http.ResponseWriter
	to     *http.ResponseController
	within time.Duration
	last   string // id of the event that the client has
}

// begin answers, and takes the time limits of ordinary answers away.
func (o *stream) begin() error {
	if err := o.to.SetReadDeadline(time.Time{}); err != nil { // it would end the request
		return err
	}
	h := o.w.Header()
	h.Set("Content-Type", eventsType)
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	o.w.WriteHeader(http.StatusOK)
	return o.write([]byte("retry: " + strconv.Itoa(eventsRetry) + "\n\n"))
}

// rooms sends the rooms, unless the client has just that. Its id is made of what it says, so that any gateway knows it again.
func (o *stream) rooms(list RoomList) (sent bool, err error) {
	text, err := json.Marshal(list)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256(text)
	id := hex.EncodeToString(sum[:8])
	if id == o.last {
		return false, nil
	}
	o.last = id
	var b bytes.Buffer
	b.WriteString("event: rooms\nid: " + id + "\ndata: ")
	b.Write(text)
	b.WriteString("\n\n")
	return true, o.write(b.Bytes())
}

func (o *stream) comment() error { return o.write([]byte(": nothing new\n\n")) }

func (o *stream) write(b []byte) error {
	if err := o.to.SetWriteDeadline(time.Now().Add(o.within)); err != nil {
		return err
	}
	if _, err := o.w.Write(b); err != nil {
		return err
	}
	return o.to.Flush()
}
