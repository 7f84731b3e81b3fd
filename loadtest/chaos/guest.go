package chaos

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// guest is somebody who comes to an opening and books at the portal. What it shares is guarded by mu.
type guest struct {
	*browser
	o *openings
	n int

	mu      sync.Mutex
	place   visitor.Token
	came    time.Time // when the place was given
	entered time.Time
	booked  bool
	lost    string // what came in place of the place, or of the portal
	rose    string // a figure that rose
	last    string // what the last poll said
	sent    bool   // the form that books, without an answer yet
	figure  int64
	present present
}

// come lets n guests come at once.
func (o *openings) come(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for range n {
		g := &guest{browser: o.w.crowd.newBrowser(), o: o, n: len(o.guests), figure: -1}
		g.Browser = o.room.Open(visitor.HTTP(o.w.crowd.transport))
		g.Observe = g.judge
		o.guests = append(o.guests, g)
		o.wg.Go(func() { g.live(o.ctx) })
	}
}

// set changes what others read.
func (g *guest) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

// live is the whole visit.
func (g *guest) live(ctx context.Context) {
	for !g.arrives(ctx) {
		if !launch.Rest(ctx, again) {
			return
		}
	}
	for g.entered.IsZero() {
		if g.lost != "" || !g.waits(ctx) {
			return
		}
	}
	for !g.books(ctx) && g.lost == "" {
		if !launch.Rest(ctx, again) {
			return
		}
	}
}

// arrives loads the page, and reports whether there is a place.
func (g *guest) arrives(ctx context.Context) bool {
	a, err := g.get(ctx, calendar)
	if err != nil {
		return false
	}
	held := g.Credential()
	if held.Known() {
		g.set(func() { g.place, g.came = held.Token, time.Now() })
	}
	if a.Status == http.StatusOK && !a.Waiting() {
		g.enters()
	}
	return held.Known()
}

func (g *guest) enters() {
	g.set(func() { g.entered = time.Now() })
	g.o.in.Add(1)
}

// waits polls as the page's script does, and loads the page when it is to. False: the run is over.
func (g *guest) waits(ctx context.Context) bool {
	_, err := g.Wait(ctx, visitor.Script{
		Rest: func(ctx context.Context, d time.Duration) error {
			g.set(func() { g.present.asks(time.Now().Add(d)) })
			return rested(ctx, d)
		},
		Failed: func(error, time.Duration) time.Duration {
			g.set(func() { g.present.failed(time.Now()) })
			return again
		},
		Told: func(s *visitor.Status, next time.Duration) (time.Duration, error) {
			g.set(func() { g.present.answered(time.Now()) })
			if g.told(s); g.lost != "" {
				return 0, errOver
			}
			return next, nil
		},
	})
	if err != nil {
		return false
	}
	a, err := g.get(ctx, calendar)
	if err != nil {
		return launch.Rest(ctx, again)
	}
	switch now := g.Credential().Token; {
	case now.Visitor != g.place.Visitor:
		g.set(func() { g.lost = fmt.Sprintf("place %+v in place of %+v, %d %s", now, g.place, a.Status, a.State) })
	case !a.Waiting():
		g.enters()
	}
	return true
}

// told notes what a status says that may not be.
func (g *guest) told(s *visitor.Status) {
	g.set(func() {
		g.last = fmt.Sprintf("%s: %+v", time.Now().Format("15:04:05.000"), *s)
		switch {
		case !s.InLine():
			return
		case s.Number != g.place.Number:
			g.lost = fmt.Sprintf("number %d in the status of %+v", s.Number, g.place)
		case g.figure >= 0 && s.Ahead > g.figure:
			g.rose = fmt.Sprintf("number %d was shown %d ahead after %d", s.Number, s.Ahead, g.figure)
		}
		if s.Ahead >= 0 {
			g.figure = s.Ahead
		}
	})
}

const calendar = "/termine"

// What a guest finds on the portal's pages.
var (
	slotOf   = regexp.MustCompile(`<button name="slot" value="([^"]+)"`)
	hiddenIn = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)"`)
)

// books goes from the calendar to the confirmation, and reports whether it got there. A form whose answer was lost is not sent
// again: the way begins anew, and the portal says that there is a booking already, or the gate that the stay has ended.
func (g *guest) books(ctx context.Context) bool {
	a, err := g.get(ctx, calendar)
	if g.done(a, g.Credential().Token) {
		g.set(func() { g.booked = true })
		return true
	}
	days := g.shown(a, err)
	if days == nil {
		return false
	}
	slot := slotOf.FindSubmatch(days.Body)
	if slot == nil {
		g.set(func() { g.lost = "the portal has no slot" })
		return false
	}
	form := g.shown(g.sendForm(ctx, "/termine/waehlen", days.Body, map[string]string{"slot": string(slot[1])}))
	if form == nil || !bytes.Contains(form.Body, []byte(`action="/termine/angaben"`)) {
		return false
	}
	g.sent = true
	last := g.shown(g.sendForm(ctx, "/termine/angaben", form.Body, map[string]string{
		"name": "Anna " + surname(g.n), "birth": "1970-01-02", "email": fmt.Sprintf("guest%d@example.org", g.n), "consent": "ja",
	}))
	done := last != nil && demo.Booked(last.Status, last.Body)
	g.set(func() { g.booked = g.booked || done })
	return done
}

// over is what the gate says to whom it has no place for any more.
var over = []string{"ended", "none", "soldout"}

// done reports whether a guest whose booking was not answered is told that the stay is over: only the answer that books ends it.
func (g *guest) done(a *visitor.Answer, now visitor.Token) bool {
	return g.sent && a != nil && (slices.Contains(over, a.State) || now.Visitor != "" && now.Visitor != g.place.Visitor)
}

// shown is an answer of the portal, nil without one. The waiting room's in its place is noted: who has been let in stays so until
// the booking.
func (g *guest) shown(a *visitor.Answer, err error) *visitor.Answer {
	if err != nil {
		return nil
	}
	if a.Waiting() {
		g.set(func() { g.lost = fmt.Sprintf("%+v was thrown out: %d %s for %s", g.place, a.Status, a.State, a.Target) })
		return nil
	}
	return a
}

// sendForm sends what is filled in, and what the form's page has hidden in it, and follows where that leads.
func (g *guest) sendForm(ctx context.Context, target string, page []byte, fields map[string]string) (*visitor.Answer, error) {
	for _, m := range hiddenIn.FindAllSubmatch(page, -1) {
		if name := string(m[1]); fields[name] == "" {
			fields[name] = string(m[2])
		}
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = w.WriteField(name, value) // into a buffer: cannot fail
	}
	_ = w.Close()
	a, err := g.Visit(ctx, visitor.Want{Method: http.MethodPost, Target: target, ContentType: w.FormDataContentType(), Body: body.Bytes()})
	return a, g.failure(err)
}

// surname is a name that no other guest has: the portal takes those of people only.
func surname(n int) string {
	name := []byte("M")
	for ; n > 0; n /= 20 {
		name = append(name, "aeioubdfgklmnprstvwz"[n%20])
	}
	return string(name) + "n"
}

// wronged is everything that may not happen to a guest, when all have gone.
func (g *guest) wronged() (all []string) {
	if g.lost != "" {
		all = append(all, g.lost)
	}
	if g.rose != "" {
		all = append(all, g.rose)
	}
	if !g.booked && g.lost == "" {
		all = append(all, fmt.Sprintf("guest %d of place %+v has not booked, let in: %v, last told at %s", g.n, g.place, !g.entered.IsZero(), g.last))
	}
	return all
}

// settled reports whether everybody who was let in has booked.
func (o *openings) settled() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, g := range o.guests {
		g.mu.Lock()
		busy := !g.entered.IsZero() && !g.booked && g.lost == ""
		g.mu.Unlock()
		if busy {
			return false
		}
	}
	return true
}

// newGuestRoom is the room of the openings as guests reach it.
func newGuestRoom() (*visitor.Room, error) {
	return visitor.New(visitor.Config{Origin: "http://" + environment.OpeningHost, Room: environment.OpeningRoom, Timeout: timeout})
}
