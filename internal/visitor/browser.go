package visitor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// ErrElsewhere: a redirect leads to another host or scheme, or nowhere; it is not followed.
var ErrElsewhere = errors.New("a redirect that is not followed")

// maxHops is how many redirects a page load follows in a row.
const maxHops = 4

// Browser is one tab of one visitor's browser. It keeps cookies, loads pages and polls as the page's script does. Not safe for
// concurrent use; tabs of one browser may be used at the same time.
type Browser struct {
	// Shown is the last number of people ahead that a poll told, -1 before. The next poll sends it along.
	Shown int64
	// Observe, if not nil, is called after each request, when its cookies have been taken over. After an error a holds nothing.
	// The next request overwrites r.
	Observe func(ctx context.Context, r *Request, a *Answer, err error)
	// Extra goes with every request, see Request.
	Extra []string

	room      *Room
	transport Transport
	jar       *jar
	request   Request   // the latest, so that each needs no memory of its own
	number    uint64    // whose Shown is
	visited   bool      // a page of the site was loaded before
	atDoor    bool      // the page asks to be let in
	anew      time.Time // when a wait ended because there was no place
}

// Open opens a browser that has never been at the site.
func (r *Room) Open(t Transport) *Browser {
	return &Browser{Shown: -1, room: r, transport: t, jar: &jar{secure: r.scheme == "https"}}
}

// Tab opens another tab of the same browser: it shares the cookies and nothing else.
func (b *Browser) Tab(t Transport) *Browser {
	return &Browser{Shown: -1, room: b.room, transport: t, jar: b.jar, visited: b.visited}
}

// Want is what somebody asks for.
type Want struct {
	// For is Page or Fetch.
	For Purpose
	// Method is GET if it is empty.
	Method string
	// Target is a path and query.
	Target      string
	ContentType string
	Body        []byte
	// Extra replaces header fields, see Request.
	Extra []string
}

// Load makes one request and follows no redirect.
func (b *Browser) Load(ctx context.Context, w Want) (*Answer, error) {
	method := w.Method
	if method == "" {
		method = http.MethodGet
	}
	return b.do(ctx, Request{For: w.For, Method: method, Target: w.Target, ContentType: w.ContentType, Body: w.Body, Extra: w.Extra})
}

// Visit is Load, and follows redirects on this host. One that leads elsewhere, or a fifth in a row, is ErrElsewhere; the answer
// is given nevertheless.
func (b *Browser) Visit(ctx context.Context, w Want) (*Answer, error) {
	a, err := b.Load(ctx, w)
	for hops := 0; err == nil && a.Redirects(); hops++ {
		if a.Elsewhere || hops == maxHops {
			return a, fmt.Errorf("%w: from %s", ErrElsewhere, a.Target)
		}
		if a.Status != http.StatusTemporaryRedirect && a.Status != http.StatusPermanentRedirect {
			w.Method, w.ContentType, w.Body = http.MethodGet, "", nil
		}
		w.Target = a.Next
		a, err = b.Load(ctx, w)
	}
	return a, err
}

// Poll asks where the visitor stands and remembers what was shown. At the door it asks to be let in, as the page's script does:
// the answer may bring the pass. An answer that is no status is a *PollError, any other error is the transport's.
func (b *Browser) Poll(ctx context.Context) (Status, error) {
	method, target := http.MethodGet, b.room.status
	if b.atDoor {
		method, target = http.MethodPost, b.room.ask
	}
	if b.Shown >= 0 && b.number > 0 {
		sep := "&"
		if b.room.id == "" {
			sep = "?"
		}
		target += sep + "shown=" + strconv.FormatUint(b.number, 10) + "." + strconv.FormatInt(b.Shown, 10)
	}
	a, err := b.do(ctx, Request{For: Poll, Method: method, Target: target})
	if err != nil {
		return Status{}, err
	}
	s, err := readStatus(a)
	if err == nil {
		b.atDoor = atDoor(s.State)
	}
	if err == nil && s.InLine() && s.Ahead >= 0 {
		b.Shown, b.number = s.Ahead, s.Number
	}
	return s, err
}

// Away tells the gateway that the page was closed. A browser waits for no answer to it; here it may be read.
func (b *Browser) Away(ctx context.Context) (*Answer, error) {
	return b.do(ctx, Request{For: Away, Method: http.MethodPost, Target: b.room.away})
}

// Leave presses the button that gives the place up.
func (b *Browser) Leave(ctx context.Context) (*Answer, error) {
	return b.do(ctx, Request{For: Leave, Method: http.MethodPost, Target: b.room.leave})
}

// Join presses the button of a page that says that a number or a stay is over, and follows where it leads. False: a is no such page, and
// nothing was asked.
func (b *Browser) Join(ctx context.Context, a *Answer) (joined *Answer, is bool, err error) {
	target, is := a.joins()
	if !is {
		return a, false, nil
	}
	joined, err = b.do(ctx, Request{For: Join, Method: http.MethodPost, Target: target})
	switch {
	case err != nil || !joined.Redirects():
	case joined.Elsewhere:
		err = fmt.Errorf("%w: from %s", ErrElsewhere, target)
	default:
		joined, err = b.Visit(ctx, Want{Target: joined.Next})
	}
	return joined, true, err
}

func (b *Browser) do(ctx context.Context, what Request) (*Answer, error) {
	b.request = what
	r := &b.request
	if b.room.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, b.room.timeout)
		defer cancel()
	}
	now := b.room.now()
	r.Origin, r.Host, r.fields = b.room.origin, b.room.host, b.room.fields[r.For]
	if len(b.Extra) > 0 {
		r.Extra = append(slices.Clip(b.Extra), r.Extra...)
	}
	r.Cookie, r.First = b.jar.header(r.Target, now), !b.visited && r.For == Page
	b.visited = b.visited || r.For == Page
	a := &Answer{Target: r.Target}
	err := b.transport.Do(ctx, r, a)
	if err != nil {
		*a = Answer{Target: r.Target}
	} else {
		if len(a.SetCookie) > 0 {
			b.jar.take(a.SetCookie, r.Target, b.room.now())
		}
		if a.Redirects() {
			next, here := b.room.target(r.Target, a.location)
			a.Next, a.Elsewhere = next, !here
		}
	}
	if r.For == Page {
		b.atDoor = atDoor(a.State)
		if err != nil || a.Status >= 500 {
			b.anew = time.Time{} // a load that failed is tried again
		}
	}
	if b.Observe != nil {
		b.Observe(ctx, r, a, err)
	}
	return a, err
}

// Cookie is the value of the first of these cookies that there is for the whole host, "" if there is none.
func (b *Browser) Cookie(names ...string) string { return b.jar.get(b.room.now(), names...) }

// SetCookie puts a cookie for the whole host there, as somebody does who copies or forges one.
func (b *Browser) SetCookie(name, value string) {
	b.jar.put(cookie{name: name, value: value, path: "/"}, b.room.now())
}

// Ticket is the value of the room's cookie, "" if there is none or the room has no id.
func (b *Browser) Ticket() string {
	if b.room.id == "" {
		return ""
	}
	return b.Cookie("__Host-einlass-"+b.room.id, "einlass-"+b.room.id)
}

// Credential is what the room's cookie says.
func (b *Browser) Credential() Credential { return ReadCredential(b.Ticket()) }
