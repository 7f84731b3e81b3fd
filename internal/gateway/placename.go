package gateway

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// A place is named by its number and its place code, see internal/desk. The waiting page shows both, and anybody who has both may ask where
// the place stands. It is no key: there is nothing to act with on that page, and it sets no cookie.

// codeOf is the place code that goes with the number of a place, empty where the page shows none.
func (r *Room) codeOf(p *queue.Place, number uint64) string {
	if r.Names == nil || number == 0 {
		return ""
	}
	if name := r.Names.Of(*p); !name.Lot && name.Number == number {
		return name.Code
	}
	return ""
}

// placeShown is the place that the page of a decision is about.
func (e *exchange) placeShown(d *decision) (queue.Place, bool) {
	if d.cookie == cookieTicket {
		return e.joined.Place, true
	}
	return e.bearerPlace()
}

// serveFindPlace answers where the place of a number and a code stands.
func (e *exchange) serveFindPlace() {
	e.purpose = standing
	if e.r.Names == nil {
		e.g.missing(e.v, 404, "not-found")
		return
	}
	query, err := url.ParseQuery(string(e.v.Query()))
	number, code := strings.TrimSpace(query.Get("number")), query.Get("code")
	if err != nil || number == "" && code == "" {
		e.answerFoundPlace(&web.PlaceForm{})
		return
	}
	guesses := e.r.Door.Guesses
	if guesses != nil {
		if after := guesses.Blocked(e.v.ClientIP(), e.v.Now()); after > 0 {
			e.tooManyGuesses(after)
			return
		}
	}
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		e.answerFoundPlace(&web.PlaceForm{Result: web.PlaceWrong, Number: number, Code: code})
		return
	}
	t, err := e.r.Names.Find(n, code)
	switch {
	case errors.Is(err, door.ErrTypo):
		e.answerFoundPlace(&web.PlaceForm{Result: web.PlaceTypo, Number: number, Code: code})
	case err != nil:
		if guesses != nil {
			guesses.Wrong(e.v.ClientIP(), e.v.Now())
		}
		e.answerFoundPlace(&web.PlaceForm{Result: web.PlaceWrong, Number: number, Code: code})
	default:
		e.answerFoundPlace(&web.PlaceForm{Result: web.PlaceFound, Status: e.r.statusOfNamed(t, n)})
	}
}

// statusOfNamed is where a place stands that was asked for by number and code.
func (r *Room) statusOfNamed(t queue.Ticket, number uint64) web.Status {
	p, _ := r.Line.Place(t)
	a := r.lookups.answer(p, r.now(), func() (queue.Answer, error) {
		// Without the store, or as long as it does not know the place after a loss, it is where the last snapshot has it.
		a, _, err := r.Names.Where(context.Background(), p)
		return a, err
	})
	s := r.statusOf(&a, -1)
	s.Number = number
	return s
}
