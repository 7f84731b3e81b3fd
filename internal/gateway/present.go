package gateway

import (
	"crypto/rand"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// brought is what a visitor has brought to the door: the text of a code, or an invitation. Empty: nothing.
type brought struct {
	text       string
	invitation bool
}

const (
	// longestCode bounds what somebody typed, and longestForm the form, in bytes.
	longestCode = 64
	longestForm = 4 << 10
)

// bring notes what came. What is too long is none.
func (e *exchange) bring(code, invitation string) {
	switch {
	case invitation != "" && len(invitation) <= door.MaxInvitation:
		e.brought = brought{text: strings.TrimSpace(invitation), invitation: true}
	case len(code) <= longestCode:
		e.brought = brought{text: strings.TrimSpace(strings.ToValidUTF8(code, ""))}
	}
}

// bringInURL notes what the link of a letter says.
func (e *exchange) bringInURL() {
	own := ownQuery(e.v.Query())
	if len(own) > longestForm {
		return
	}
	values, _ := url.ParseQuery(string(own)) // what can be read of it
	e.bring(values.Get("code"), values.Get("invitation"))
}

// bringInForm notes what the form at the door says.
func (e *exchange) bringInForm() {
	length := e.v.ContentLength()
	if length <= 0 || length > longestForm {
		return
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(e.v.Ctx().RequestBodyStream(), body); err != nil {
		return
	}
	values, _ := url.ParseQuery(string(body))
	e.bring(values.Get("code"), values.Get("invitation"))
}

// again is the query of a URL of the door that has what was brought.
func (b *brought) again() string {
	switch {
	case b.text == "":
		return ""
	case b.invitation:
		return "&invitation=" + url.QueryEscape(b.text)
	}
	return "&code=" + url.QueryEscape(b.text)
}

// The press of somebody who cannot have a number yet is remembered in the cookie with what was brought, and with the browser's secret:
// press.<secret>.<code or invitation>.

// word is the cookie that remembers a press.
func (b *brought) word(secret string) string {
	text := b.text
	if !b.invitation {
		text = strings.Map(func(r rune) rune {
			if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				return unicode.ToUpper(r)
			}
			return -1
		}, text)
	}
	if text == "" {
		return wordPress
	}
	return pressWith + secret + "." + text
}

// bringsItself reports whether the request itself brings what its visitor has to show, and not the cookie.
func (e *exchange) bringsItself() bool { return e.purpose == reading || e.purpose == presenting }

// readPress reads what such a cookie says behind its first word.
func (e *exchange) readPress(rest string) {
	secret, text, _ := strings.Cut(rest, ".")
	if isProof([]byte(secret)) {
		e.secret = secret
	}
	if e.bringsItself() {
		return
	}
	if strings.Contains(text, ".") {
		e.bring("", text)
	} else {
		e.bring(text, "")
	}
}

// What was wrong with a code is told by a page that can be loaded again, and gone back to: the answer to the form leads there. So that it need
// not be typed again, and stands in no URL, the cookie says behind the browser's secret what was wrong, when it is not, and the code:
// try.<secret>.<news>.<Unix seconds>.<code>. It proves nothing; who makes one up reads what it says.

// note is that part of the cookie.
func (e *exchange) note() string {
	code := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-') {
			return r
		}
		return -1
	}, e.brought.text)
	next := max(0, e.entrance.next.Unix())
	return "." + strconv.Itoa(int(e.entrance.news)) + "." + strconv.FormatInt(next, 10) + "." + code
}

// readNote reads it, for a page at the door whose URL brings nothing.
func (e *exchange) readNote(note string) {
	parts := strings.Split(note, ".")
	if e.purpose != reading || e.brought.text != "" || len(parts) != 3 {
		return
	}
	news, err := strconv.ParseUint(parts[0], 10, 8)
	next, errNext := strconv.ParseUint(parts[1], 10, 40)
	if err != nil || errNext != nil || news > uint64(web.DoorLimited) {
		return
	}
	e.bring(parts[2], "")
	e.entrance = entrance{news: web.DoorNews(news), next: e.r.at(int64(next) * 1000)}
}

// entrance is what a code or an invitation says, as far as decide needs to know. news: why it gives no number.
type entrance struct {
	news web.DoorNews
	lane uint8
	// invited: it is an invitation.
	invited bool
	// next is when it does; retry when a code is read again.
	next  time.Time
	retry time.Duration
}

// askPresent reads what was brought, and counts it unless it is good: then the line has the last word.
func (e *exchange) askPresent() {
	e.entrance = e.readBrought(true)
	e.entrance.invited = e.brought.invitation
	e.r.Metrics.Code(codeResults[e.entrance.news])
}

// codeResults are what news are counted as; those that are none are not.
var codeResults = map[web.DoorNews]metrics.Code{
	web.DoorAsks: notCounted, web.DoorTypo: metrics.CodeTypo, web.DoorWrong: metrics.CodeWrong, web.DoorEarly: metrics.CodeEarly,
	web.DoorExpired: metrics.CodeExpired, web.DoorRevoked: metrics.CodeRevoked, web.DoorUsed: metrics.CodeUsed,
	web.DoorOtherGroup: metrics.CodeGroup, web.DoorLimited: metrics.CodeLimited,
}

const notCounted = metrics.Code(255)

// readBrought is what was brought says, and notes the arrival that it makes. guess: a code that is wrong counts as a guess. Beyond the bound of
// guesses a code is told nothing but that it is genuine: thousands share the network of whoever guesses, and a bound in all is reached by a crowd
// that wants nobody to come in. To find one by guessing takes more requests than can be sent, bounded or not.
func (e *exchange) readBrought(guess bool) entrance {
	if e.brought.text == "" {
		return entrance{news: web.DoorTypo}
	}
	w, guesses := e.doorway(), e.r.Door.Guesses
	guess = guess && guesses != nil && !e.brought.invitation
	var blocked time.Duration
	if guess {
		blocked = guesses.Blocked(e.v.ClientIP(), e.v.Now())
	}
	entry, err := e.r.prove(w, &e.brought)
	switch {
	case errors.Is(err, door.ErrTypo):
		return entrance{news: web.DoorTypo}
	case err != nil && blocked > 0:
		return entrance{news: web.DoorLimited, retry: blocked}
	case errors.Is(err, door.ErrNotYet):
		return entrance{news: web.DoorEarly, next: e.r.at(entry.From)}
	case errors.Is(err, door.ErrExpired):
		return entrance{news: web.DoorExpired}
	case errors.Is(err, door.ErrRevoked):
		return entrance{news: web.DoorRevoked}
	case err != nil:
		if guess {
			guesses.Wrong(e.v.ClientIP(), e.v.Now())
		}
		return entrance{news: web.DoorWrong}
	}
	lane, known := w.calendar.Lane(entry.Group)
	switch {
	case e.brought.invitation && (!known || lane == 0): // its site made a mistake: there is no such group
		return entrance{news: web.DoorWrong}
	case !known || lane == 0: // the group was taken out of the schedule, and may come back
		return entrance{news: web.DoorOtherGroup}
	}
	if !e.r.comes(w).door.Lets(entry.Group) {
		return entrance{news: web.DoorOtherGroup, next: e.r.comesAt(w, entry.Group)}
	}
	e.arrival = queue.Arrival{Lane: lane, Code: entry.Code, Uses: entry.Uses}
	e.arrival.Visitor = e.visitorOf(&entry)
	return entrance{lane: lane}
}

// prove reads a code or an invitation.
func (r *Room) prove(w *doorway, b *brought) (door.Entry, error) {
	switch {
	case b.invitation && r.Door.Invitations != nil:
		return r.Door.Invitations.Check(b.text, r.Line.Now())
	case !b.invitation && w.codes != nil:
		return w.codes.Check(b.text, r.Line.Now())
	}
	return door.Entry{}, door.ErrWrong
}

// ofVisitor is the kind of hash that a visitor's id is, beside those of bookings.
const ofVisitor = 0x40

// visitorOf is the id of the visitor that this browser is with a code. It is the same each time, so that who presses twice, or does not get
// the answer, uses the code once. Zero: any, for a browser that has no secret, and for what does not count its uses.
func (e *exchange) visitorOf(entry *door.Entry) queue.VisitorID {
	secret := e.secret
	switch e.carries {
	case carriesTicket:
		secret = string(e.ticket.Visitor[:])
	case carriesPass, carriesEndedPass:
		secret = string(e.pass.Visitor[:])
	case carriesNothing, carriesLeft, carriesPress:
	}
	if secret == "" || entry.Code == [16]byte{} {
		return queue.VisitorID{}
	}
	return queue.VisitorID(booking.Hash(e.r.RefKey(), e.r.ID, ofVisitor, string(entry.Code[:])+secret))
}

// newSecret is the secret of a browser that is at the door.
func newSecret() string {
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails
	return textOf(secret[:])
}

// rank is what the ticket of an arrival says of its lane and code.
func rank(p *queue.Place, a *queue.Arrival) token.Rank {
	r := token.Rank{Lane: p.Lane, Code: token.ID(a.Code), Uses: a.Uses}
	if a.Code == (queue.Code{}) {
		r.Uses = 0
	}
	return r
}

// beatOf is a heartbeat of the place of a ticket.
func (r *Room) beatOf(t *token.Ticket) queue.Beat {
	return queue.Beat{Place: r.placeOf(t), Code: queue.Code(t.Rank.Code), Uses: t.Rank.Uses}
}
