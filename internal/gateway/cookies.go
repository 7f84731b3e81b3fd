package gateway

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/probe"
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
	takeSuffix  = ".take"
	stillSuffix = ".still"
	langSuffix  = ".lang"
	// framedSuffix is for the cookie of a frame. It has a name of its own because a browser may send both, and does not say which
	// is which.
	framedSuffix = ".framed"
)

// ownCookie reports whether a cookie is one of ours and must not reach the site.
func ownCookie(name []byte) bool {
	return bytes.HasPrefix(name, []byte(plainPrefix)) || bytes.HasPrefix(name, []byte(hostPrefix))
}

// cookieNames are the names of one room's cookies, by jar.
type cookieNames struct{ token, shown, take, still, lang [jars]string }

// jar is where a browser keeps cookies of ours.
type jar uint8

const (
	plainJar jar = iota
	secureJar
	// framedJar is that of a frame, partitioned: browsers that refuse the cookies of other hosts' frames have one for each page
	// that such a frame stands in.
	framedJar
	jars
)

func newCookieNames(room string) (n cookieNames) {
	for j, name := range [jars]string{plainPrefix + room, hostPrefix + room, hostPrefix + room + framedSuffix} {
		n.token[j], n.shown[j], n.take[j], n.still[j], n.lang[j] = name, name+shownSuffix, name+takeSuffix, name+stillSuffix, name+langSuffix
	}
	return n
}

// jar is the one that a visit uses: that of the token that came; else, in a frame by TLS, the frame's.
func (r *Room) jar(v *httpx.Visit) jar {
	switch {
	case !v.Secure():
		return plainJar
	case v.Cookie(r.cookies.token[secureJar]) == nil && (v.Framed() || v.Cookie(r.cookies.token[framedJar]) != nil):
		return framedJar
	default:
		return secureJar
	}
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

	// tryWith introduces the secret of a browser at the door, and pressWith that of a press there, see brought.word.
	tryWith   = wordTry + "."
	pressWith = wordPress + "."
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
	// cookieSeal is the pass of a stay that was finished, in the place of one that does not say so.
	cookieSeal
	cookieLeft
	cookiePress
	cookieTry
	// cookieSecret is cookieTry with a secret, of a browser at the door.
	cookieSecret
	// cookieNote is cookieSecret with what was wrong with a code.
	cookieNote
	// cookieHand is the secret by which a stay is taken over from home, if it can be.
	cookieHand
)

// readCookie notes what the visit carries for this room. What is forged, foreign or expired counts as nothing, and
// its bearer is told so.
func (e *exchange) readCookie() {
	raw := e.r.cookie(e.v)
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
	if rest, ok := bytes.CutPrefix(raw, []byte(tryWith)); ok {
		secret, note, _ := strings.Cut(string(rest), ".")
		if isProof([]byte(secret)) {
			e.secret = secret
			e.readNote(note)
		}
		return
	}
	if rest, ok := bytes.CutPrefix(raw, []byte(pressWith)); ok {
		e.carries = carriesPress
		e.readPress(string(rest))
		return
	}
	now := e.r.now()
	var err error
	e.pass, err = e.r.Tokens.VerifyPass(raw, now)
	switch {
	case err == nil && sealed(&e.pass):
		e.carries, e.finished = carriesEndedPass, true
	case err == nil:
		e.carries = carriesPass
	case errors.Is(err, token.ErrExpired):
		e.carries = carriesEndedPass
		e.inGrace = !e.r.afterMax(&e.pass) && now.Before(time.Unix(e.pass.ExpiresAt, 0).Add(e.r.FormGrace))
		e.resumable, e.prolongable = e.r.resumable(&e.pass, now), !e.r.outlived(&e.pass, now)
		if sealed(&e.pass) {
			e.finished = now.Before(time.Unix(e.pass.IssuedAt, 0).Add(e.r.FormGrace))
			e.inGrace, e.resumable, e.prolongable = false, false, false
		}
	case errors.Is(err, token.ErrWrongKind):
		if e.ticket, err = e.r.Tokens.VerifyTicket(raw, now); err == nil {
			e.carries = carriesTicket
		}
	}
	e.unknown = e.carries == carriesNothing && !bytes.HasPrefix(raw, []byte(wordHand))
}

// cookie is what the room's cookie says.
func (r *Room) cookie(v *httpx.Visit) []byte {
	if !v.Secure() {
		return v.Cookie(r.cookies.token[plainJar])
	}
	if raw := v.Cookie(r.cookies.token[secureJar]); raw != nil {
		return raw
	}
	return v.Cookie(r.cookies.token[framedJar])
}

// setCookie makes the change of the room's cookie. A token that cannot be renewed is as good as before.
func (e *exchange) setCookie(d *decision) error {
	switch d.cookie {
	case cookieStays:
	case cookieTicket:
		return e.r.giveTicket(e.v, &e.joined.Place, &e.arrival)
	case cookieKeepTicket:
		a := e.place
		a.State, a.Reason = d.state, d.reason
		if err := e.r.keepTicket(e.v, &e.ticket, &a); err != nil {
			e.g.Log.Error("ticket not renewed", zap.String("room", e.r.ID), zap.Error(err))
		}
	case cookiePass:
		if err := e.r.givePass(e.v, &e.pass); err != nil {
			return err
		}
		e.r.dropShown(e.v)
	case cookieKeepPass:
		if e.quiet {
			return nil
		}
		if err := e.r.keepPass(e.v, &e.pass); err != nil {
			e.g.Log.Error("pass not extended", zap.String("room", e.r.ID), zap.Error(err))
		}
	case cookieSeal:
		return e.giveSealed()
	case cookieLeft:
		e.r.setWord(e.v, wordLeft)
		e.r.dropShown(e.v)
	case cookiePress:
		e.r.setWord(e.v, e.brought.word(e.ownSecret()))
	case cookieTry:
		e.r.setWord(e.v, wordTry)
	case cookieSecret:
		if e.secret == "" || e.carries == carriesPress && !e.bringsItself() { // else the press of before stays
			e.r.setWord(e.v, tryWith+e.ownSecret())
		}
	case cookieNote:
		e.r.setWord(e.v, tryWith+e.ownSecret()+e.note())
	case cookieHand:
		e.giveSecret()
	}
	return nil
}

// ownSecret is the secret of this browser at the door, a new one if it has none.
func (e *exchange) ownSecret() string {
	if e.secret == "" {
		e.secret = newSecret()
	}
	return e.secret
}

// now is the store's time, by which all gateways issue and check tokens.
func (r *Room) now() time.Time { return time.UnixMilli(r.Line.Now()) }

// placeOf is the place of a ticket, in the order that is known.
func (r *Room) placeOf(t *token.Ticket) queue.Place {
	if r.Names != nil {
		r.Names.Saw(t.Epoch)
	}
	p, _ := r.Line.Place(queue.Ticket{
		Visitor: queue.VisitorID(t.Visitor), Epoch: t.Epoch, Number: t.Number, Order: queue.Order(t.Rank.Order), Lane: t.Rank.Lane,
	})
	return p
}

// placeOfPass is the place of the ticket that bought a stay.
func (r *Room) placeOfPass(p *token.Pass) queue.Place {
	return r.placeOf(&token.Ticket{Visitor: p.Visitor, Epoch: p.Epoch, Number: p.Number, Rank: p.Rank})
}

// through reports whether there is no waiting room at present.
func (r *Room) through() bool {
	v := r.Line.View()
	return v.Known && v.Snapshot.Through()
}

// resuming is what is known of a stay that may be resumed, before the store is asked.
func (r *Room) resuming() queue.Answer {
	v := r.Line.View()
	return queue.Answer{
		State: queue.StateMissed, Reason: queue.ReasonOver, Ahead: -1, Message: v.Message, Messages: v.Messages, Stale: v.Stale != 0, Next: spread(doorPoll),
	}
}

// giveTicket sets the cookie for a place that was just given. Its ticket lives no longer than the place counts as present
// without a word: one of full life follows when the cookie has come back, so that a number that nobody uses is soon worth
// nothing, without any memory.
func (r *Room) giveTicket(v *httpx.Visit, p *queue.Place, a *queue.Arrival) error {
	return r.setTicket(v, token.Ticket{Visitor: token.ID(p.Visitor), Epoch: p.Epoch, Number: p.Number, Rank: rank(p, a)}, r.unconfirmed())
}

// unconfirmed is how long a ticket lives whose cookie has not come back.
func (r *Room) unconfirmed() time.Duration {
	t := r.Line.Timing()
	return min(t.Absent, t.Life)
}

// setTicket issues a ticket and sets its cookie.
func (r *Room) setTicket(v *httpx.Visit, t token.Ticket, life time.Duration) error {
	now := r.now()
	t.IssuedAt, t.ExpiresAt = now.Unix(), max(now.Unix()+1, now.Add(life).Unix())
	return r.sendTicket(v, &t)
}

// sendTicket sets the cookie of a ticket whose times are set, for as long as it lives.
func (r *Room) sendTicket(v *httpx.Visit, t *token.Ticket) error {
	t.Room = r.ID
	var buf [token.MaxLength]byte
	raw, err := r.Tokens.AppendTicket(buf[:0], *t)
	if err != nil {
		return err
	}
	r.setToken(v, raw, time.Duration(t.ExpiresAt-r.now().Unix())*time.Second)
	return nil
}

// ahead reports whether a token was issued while a clock was wrong, which is right again. It is replaced at once: it would live
// too long, and until its time has come a pass would not be extended, nor its requests told to the store.
func ahead(issuedAt, now int64) bool { return issuedAt > now+int64(renewLatest/time.Second) }

// keepTicket renews a ticket past half its life, so that a place may wait for longer than a ticket lives, one that has come
// back for the first time, and one that is ahead. a is what the line says of its place.
func (r *Room) keepTicket(v *httpx.Visit, t *token.Ticket, a *queue.Answer) error {
	life, lives, now := r.Line.Timing().Life, t.ExpiresAt-t.IssuedAt, r.now().Unix()
	if !living(a) {
		return nil
	}
	if a.Guessed && lives >= int64(life/time.Second) {
		return nil
	}
	if lives >= int64(life/time.Second) && now < t.IssuedAt+lives/2 && !ahead(t.IssuedAt, now) {
		return nil
	}
	if (a.Guessed || a.State == queue.StateFull) && !ahead(t.IssuedAt, now) {
		return r.keepUnsure(v, t)
	}
	return r.setTicket(v, *t, life)
}

// keepUnsure prolongs a ticket that may have bought its stay at any time since it was issued: at the door stands also who resumes one. So it goes
// on to say since when, and ends when the memory of its use may end.
func (r *Room) keepUnsure(v *httpx.Visit, t *token.Ticket) error {
	longer := *t
	longer.ExpiresAt = min(r.now().Add(r.Line.Timing().Life).Unix(), t.IssuedAt+r.remembered())
	if longer.ExpiresAt <= t.ExpiresAt {
		return nil
	}
	return r.sendTicket(v, &longer)
}

// remembered is for how many seconds, after a stay began, the store remembers at least that its ticket was used.
func (r *Room) remembered() int64 {
	t := r.Line.Timing()
	return int64((t.Life + t.Resume) / time.Second)
}

// living reports whether a ticket may live on. The memory of its use ends with the last ticket that was valid then: a
// copy that is renewed any later, or on a guess, would find itself unknown and go to the front for a second stay.
func living(a *queue.Answer) bool {
	switch a.State {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled, queue.StateFull:
		return true
	case queue.StateMissed:
		return a.Reason != queue.ReasonOver
	case queue.StateLobby:
		return a.Renewable
	case queue.StateSpent:
		return false
	default:
		return false
	}
}

// A pass ends Idle after the request that it was issued with, in whole seconds and never after its stay in the store. A request
// extends each pass that is older than renewAfter, a twentieth of Idle and at most renewLatest, and the store is told of it. The
// requests of a younger pass are told a little later: by them the stay goes on beyond the pass, see decideGoesOn.
const (
	renewLatest = 5 * time.Second
	renewPart   = 20
)

func (r *Room) setToken(v *httpx.Visit, raw []byte, life time.Duration) {
	r.setCookie(v, &r.cookies.token, string(raw), life)
}

// setCookie sets one of the room's cookies, in the jar that the visit uses. A negative age drops it.
func (r *Room) setCookie(v *httpx.Visit, names *[jars]string, value string, age time.Duration) {
	j := r.jar(v)
	v.SetCookie(httpx.Cookie{Name: names[j], Value: value, MaxAge: age, Secure: v.Secure(), Partitioned: j == framedJar})
}

func (r *Room) setWord(v *httpx.Visit, word string) {
	r.setToken(v, []byte(word), r.Line.Timing().Life)
}

// probeCookie sets the cookie of the operator's probe as that of a room is set, and reports whether it came.
func probeCookie(v *httpx.Visit) (came bool) {
	c := httpx.Cookie{Name: plainPrefix + probe.CookieRoom, Value: probe.CookieValue, MaxAge: probe.SealLife}
	if v.Secure() {
		c.Name = hostPrefix + probe.CookieRoom
	}
	came = string(v.Cookie(c.Name)) == c.Value
	v.SetCookie(c)
	return came
}
