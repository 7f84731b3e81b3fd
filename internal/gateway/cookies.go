package gateway

import (
	"bytes"
	"errors"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// A room has one cookie: a ticket while its visitor waits, a pass once inside, else a word. "__Host-" binds it to this host and
// to TLS (RFC 6265bis §4.1.3.2); without TLS browsers refuse that name, so a plain one is used.
const (
	hostPrefix  = "__Host-einlass-"
	plainPrefix = "einlass-"
	// Rooms' ids have no dot: with a hyphen this would be the cookie of a room called "<room>-shown".
	shownSuffix = ".shown"
)

// ownCookie reports whether a cookie is one of ours and must not reach the site.
func ownCookie(name []byte) bool {
	return bytes.HasPrefix(name, []byte(plainPrefix)) || bytes.HasPrefix(name, []byte(hostPrefix))
}

// cookieNames are the names of one room's cookies, plain and secure.
type cookieNames struct{ token, shown [2]string }

func newCookieNames(room string) cookieNames {
	return cookieNames{
		token: [2]string{plainPrefix + room, hostPrefix + room},
		shown: [2]string{plainPrefix + room + shownSuffix, hostPrefix + room + shownSuffix},
	}
}

func index(secure bool) int {
	if secure {
		return 1
	}
	return 0
}

// credential is what a visitor carries.
type credential struct {
	carries carries
	ticket  token.Ticket
	// pass is the one that came, or the one that begins with this request.
	pass token.Pass
}

type carries uint8

const (
	carriesNothing carries = iota
	carriesTicket
	carriesPass
	// carriesEndedPass is a genuine pass whose time is over.
	carriesEndedPass
	// carriesLeft: the place was given up.
	carriesLeft
	// carriesPress: a number was asked for by a press, and none was to be had yet.
	carriesPress
)

// Words that stand in the room's cookie where there is no token. They prove nothing; a visitor that makes one up gets the
// answer to it, or counts as an arrival.
const (
	wordLeft  = "left"
	wordPress = "press"
	wordTry   = "try" // whether it comes back
)

// cookie is what becomes of the room's cookie.
type cookie uint8

const (
	cookieStays cookie = iota
	// cookieTicket is the ticket of a new place.
	cookieTicket
	// cookieKeepTicket renews the ticket that came, when it is old enough.
	cookieKeepTicket
	// cookiePass is the pass of a stay that begins.
	cookiePass
	// cookieKeepPass extends the pass that came, when it is old enough.
	cookieKeepPass
	cookieLeft
	cookiePress
	cookieTry
)

// readCookie notes what the visit carries for this room. What is forged, foreign or expired counts as nothing: its bearer
// is a new arrival.
func (e *exchange) readCookie() {
	raw := e.v.Cookie(e.r.cookies.token[index(e.v.Secure())])
	e.cookieSent = len(raw) > 0
	switch string(raw) {
	case "", wordTry:
		return
	case wordLeft:
		e.carries = carriesLeft
		return
	case wordPress:
		e.carries = carriesPress
		return
	}
	now := e.r.now()
	var err error
	e.pass, err = e.r.Tokens.VerifyPass(raw, now)
	switch {
	case err == nil:
		e.carries = carriesPass
	case errors.Is(err, token.ErrExpired):
		e.carries = carriesEndedPass
		e.inGrace = now.Before(time.Unix(e.pass.ExpiresAt, 0).Add(e.r.FormGrace))
	case errors.Is(err, token.ErrWrongKind):
		if e.ticket, err = e.r.Tokens.VerifyTicket(raw, now); err == nil {
			e.carries = carriesTicket
		}
	}
}

// setCookie makes the change of the room's cookie. A token that cannot be renewed is as good as before.
func (e *exchange) setCookie(d *decision) error {
	switch d.cookie {
	case cookieStays:
	case cookieTicket:
		return e.r.giveTicket(e.v, e.joined.Place, token.Extra{})
	case cookieKeepTicket:
		if err := e.r.keepTicket(e.v, &e.ticket, d.state, e.place.Stale); err != nil {
			e.g.Log.Error("ticket not renewed", zap.String("room", e.r.ID), zap.Error(err))
		}
	case cookiePass:
		if err := e.r.givePass(e.v, &e.pass); err != nil {
			return err
		}
		e.r.dropShown(e.v)
	case cookieKeepPass:
		if err := e.r.keepPass(e.v, &e.pass); err != nil {
			e.g.Log.Error("pass not extended", zap.String("room", e.r.ID), zap.Error(err))
		}
	case cookieLeft:
		e.r.setWord(e.v, wordLeft)
		e.r.dropShown(e.v)
	case cookiePress:
		e.r.setWord(e.v, wordPress)
	case cookieTry:
		e.r.setWord(e.v, wordTry)
	}
	return nil
}

// now is the store's time, by which all gateways issue and check tokens.
func (r *Room) now() time.Time { return time.UnixMilli(r.Line.Now()) }

func placeOf(t *token.Ticket) queue.Place {
	return queue.Place{Visitor: queue.VisitorID(t.Visitor), Epoch: t.Epoch, Number: t.Number}
}

// giveTicket sets the cookie for a place. extra is the unknown claim of the ticket that it renews.
func (r *Room) giveTicket(v *httpx.Visit, p queue.Place, extra token.Extra) error {
	now := r.now()
	var buf [token.MaxLength]byte
	raw, err := r.Tokens.AppendTicket(buf[:0], token.Ticket{
		Room: r.ID, Visitor: token.ID(p.Visitor), Epoch: p.Epoch, Number: p.Number,
		IssuedAt: now.Unix(), ExpiresAt: now.Add(r.TicketLife).Unix(), Extra: extra,
	})
	if err != nil {
		return err
	}
	r.setToken(v, raw, r.TicketLife)
	return nil
}

// keepTicket renews a ticket past half its life, so that a place may wait for longer than a ticket lives. state is where the
// place stands; stale says that the store's word on it is old.
func (r *Room) keepTicket(v *httpx.Visit, t *token.Ticket, state queue.State, stale bool) error {
	if !living(state, stale) || r.now().Unix() < t.IssuedAt+(t.ExpiresAt-t.IssuedAt)/2 {
		return nil
	}
	return r.giveTicket(v, placeOf(t), t.Extra)
}

// living reports whether a ticket may live on. The memory of its use ends with the last ticket that was valid then: a
// copy that is renewed any later, or on a guess, would find itself unknown and go to the front for a second stay.
func living(state queue.State, stale bool) bool {
	switch state {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled, queue.StateMissed:
		return true
	default:
		return stale
	}
}

// newPass is the pass of a stay that begins now and may last until the store's until (ms). extra is the unknown claim of the
// ticket that bought the stay.
func (r *Room) newPass(p queue.Place, extra token.Extra, until int64) token.Pass {
	now := r.now().Unix()
	return token.Pass{
		Room: r.ID, Visitor: token.ID(p.Visitor), Epoch: p.Epoch, Number: p.Number,
		StartedAt: now, IssuedAt: now, ExpiresAt: max(now+1, (until+999)/1000), Extra: extra,
	}
}

// givePass sets the cookie for a stay. It outlives the pass: an ended pass still says whose form it is that comes late.
func (r *Room) givePass(v *httpx.Visit, p *token.Pass) error {
	var buf [token.MaxLength]byte
	raw, err := r.Tokens.AppendPass(buf[:0], *p)
	if err != nil {
		return err
	}
	r.setToken(v, raw, time.Duration(p.ExpiresAt-p.IssuedAt)*time.Second+r.FormGrace+24*time.Hour)
	return nil
}

// keepPass extends a pass past half its time, up to the longest stay.
func (r *Room) keepPass(v *httpx.Visit, p *token.Pass) error {
	now := r.now()
	if now.Unix() < p.IssuedAt+(p.ExpiresAt-p.IssuedAt)/2 {
		return nil
	}
	until := now.Add(r.Idle)
	if limit := r.stayLimit(p); limit != 0 {
		until = time.UnixMilli(min(until.UnixMilli(), limit))
	}
	if until.Unix() <= p.ExpiresAt {
		return nil
	}
	r.Line.Prolong(queue.VisitorID(p.Visitor), r.stayLimit(p))
	longer := *p
	longer.Room, longer.IssuedAt = r.ID, now.Unix()
	longer.StartedAt = min(p.StartedAt, longer.IssuedAt)
	longer.ExpiresAt = max(longer.IssuedAt+1, (until.UnixMilli()+999)/1000)
	return r.givePass(v, &longer)
}

// stayLimit is the latest end of a stay in store milliseconds, 0: none.
func (r *Room) stayLimit(p *token.Pass) int64 {
	if r.MaxStay == 0 {
		return 0
	}
	return p.StartedAt*1000 + r.MaxStay.Milliseconds()
}

func (r *Room) setToken(v *httpx.Visit, raw []byte, life time.Duration) {
	v.SetCookie(httpx.Cookie{Name: r.cookies.token[index(v.Secure())], Value: string(raw), MaxAge: life, Secure: v.Secure()})
}

func (r *Room) setWord(v *httpx.Visit, word string) { r.setToken(v, []byte(word), r.TicketLife) }

// A browser that has been shown how many are ahead is never shown more, so it sends the figure along: in a cookie with
// page loads, as a parameter with polls. The tabs of a browser share one ticket and come to it one after the other, so
// a figure counts only for the number that it was shown for.

// shown is the last number of people ahead that this browser was shown for a place, -1 if unknown.
func (r *Room) shown(v *httpx.Visit, number uint64) int64 {
	return parseShown(v.Cookie(r.cookies.shown[index(v.Secure())]), number)
}

// shownByPoll is shown for a poll. Pages of older releases name no number there: for them counts what the cookie says.
func (r *Room) shownByPoll(v *httpx.Visit, number uint64) int64 {
	if value := param(v.Query(), "shown"); bytes.IndexByte(value, '.') >= 0 {
		return parseShown(value, number)
	}
	return r.shown(v, number)
}

// parseShown reads "<number>.<people ahead>" that a browser sent; what is none, or of another number, is unknown. A lie
// only changes what is shown to the liar.
func parseShown(value []byte, number uint64) int64 {
	mine, ahead, _ := bytes.Cut(value, []byte("."))
	if n, err := strconv.ParseUint(string(mine), 10, 64); err != nil || n != number {
		return -1
	}
	n, err := strconv.ParseUint(string(ahead), 10, 40)
	if err != nil {
		return -1
	}
	return int64(n)
}

func (r *Room) rememberShown(v *httpx.Visit, number uint64, ahead int) {
	value := strconv.AppendUint(make([]byte, 0, 32), number, 10)
	value = strconv.AppendInt(append(value, '.'), int64(ahead), 10)
	v.SetCookie(httpx.Cookie{
		Name: r.cookies.shown[index(v.Secure())], Value: string(value), MaxAge: r.TicketLife, Secure: v.Secure(),
	})
}

func (r *Room) dropShown(v *httpx.Visit) {
	if name := r.cookies.shown[index(v.Secure())]; v.Cookie(name) != nil {
		v.SetCookie(httpx.Cookie{Name: name, MaxAge: -1, Secure: v.Secure()})
	}
}
