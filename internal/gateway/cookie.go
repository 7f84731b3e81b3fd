package gateway

import (
	"bytes"
	"errors"
	"strings"
	"time"

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
	kind   credentialKind
	ticket token.Ticket
	pass   token.Pass
}

type credentialKind uint8

const (
	carriesNothing credentialKind = iota
	carriesTicket
	carriesPass
	// carriesEndedPass is a genuine pass whose time is over.
	carriesEndedPass
	// carriesLeft: the place was given up.
	carriesLeft
	// carriesPress: a number was asked for by a press, and none was to be had yet.
	carriesPress
)

// Words that stand in the room's cookie where there is no token. They prove nothing; who makes one up is told what it
// says, or counts as an arrival.
const (
	wordLeft  = "left"
	wordPress = "press"
	wordTry   = "try" // whether it comes back
)

// read tells what the visit carries for this room. What is forged, foreign or expired counts as nothing: its
// bearer is a new arrival.
func (r *Room) read(v *httpx.Visit) credential {
	raw := v.Cookie(r.cookies.token[index(v.Secure())])
	switch string(raw) {
	case "", wordTry:
		return credential{}
	case wordLeft:
		return credential{kind: carriesLeft}
	case wordPress:
		return credential{kind: carriesPress}
	}
	now := r.now()
	pass, err := r.Tokens.VerifyPass(raw, now)
	switch {
	case err == nil:
		return credential{kind: carriesPass, pass: pass}
	case errors.Is(err, token.ErrExpired):
		return credential{kind: carriesEndedPass, pass: pass}
	case !errors.Is(err, token.ErrWrongKind):
		return credential{}
	}
	ticket, err := r.Tokens.VerifyTicket(raw, now)
	if err != nil {
		return credential{}
	}
	return credential{kind: carriesTicket, ticket: ticket}
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

// keepTicket renews a ticket past half its life: who waits longer than a ticket lives keeps the place.
func (r *Room) keepTicket(v *httpx.Visit, t *token.Ticket, a *queue.Answer) error {
	if !living(a) || r.now().Unix() < t.IssuedAt+(t.ExpiresAt-t.IssuedAt)/2 {
		return nil
	}
	return r.giveTicket(v, placeOf(t), t.Extra)
}

// living reports whether a ticket may live on. The memory of its use ends with the last ticket that was valid then: a
// copy that is renewed any later, or on a guess, would find itself unknown and go to the front for a second stay.
func living(a *queue.Answer) bool {
	switch a.State {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled, queue.StateMissed:
		return true
	default:
		return a.Stale
	}
}

// givePass sets the cookie for a stay that began at started and may last until the store's until (ms). extra is the
// unknown claim of the ticket that bought the stay, or of the pass that it renews.
func (r *Room) givePass(v *httpx.Visit, p queue.Place, extra token.Extra, started, until int64) error {
	now := r.now()
	expires := max(now.Unix()+1, (until+999)/1000)
	var buf [token.MaxLength]byte
	raw, err := r.Tokens.AppendPass(buf[:0], token.Pass{
		Room: r.ID, Visitor: token.ID(p.Visitor), Epoch: p.Epoch, Number: p.Number,
		StartedAt: min(started, now.Unix()), IssuedAt: now.Unix(), ExpiresAt: expires, Extra: extra,
	})
	if err != nil {
		return err
	}
	// The cookie outlives the pass: an ended pass still says whose form it is that comes late.
	r.setToken(v, raw, time.Duration(expires-now.Unix())*time.Second+r.FormGrace+24*time.Hour)
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
	place := queue.Place{Visitor: queue.VisitorID(p.Visitor), Epoch: p.Epoch, Number: p.Number}
	return r.givePass(v, place, p.Extra, p.StartedAt, until.UnixMilli())
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

// sameOrigin reports whether a state-changing request came from a page of this host. Browsers say so in
// Sec-Fetch-Site; older ones at least send Origin with POST.
func sameOrigin(v *httpx.Visit) bool {
	if len(v.Header("Sec-Fetch-Site")) > 0 {
		return v.SameOrigin()
	}
	origin := string(v.Header("Origin"))
	_, host, ok := strings.Cut(origin, "://")
	return ok && strings.EqualFold(host, string(v.HostPort()))
}
