package chaos

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
)

// deafGate gives numbers and answers no press on the button that gives a place up, which it may hear. It gives whose place has ended another
// number, as a gateway does.
type deafGate struct {
	hears bool
	late  bool // polls do not tell yet that a place has ended
	takes bool // a place away that nobody has given up
	given uint64
	ended string // the cookie of the place that has ended
	polls int
}

func (g *deafGate) Do(_ context.Context, r *visitor.Request, a *visitor.Answer) error {
	a.Response = &http.Response{Header: http.Header{}}
	state, ended := "waiting", g.ended != "" && strings.Contains(r.Cookie, g.ended)
	switch {
	case ended && g.late:
		state = "called"
	case ended:
		state = "none"
	}
	switch r.For {
	case visitor.Page:
		if r.Cookie == "" || ended {
			g.given++
			text := fmt.Sprintf(`{"sub":"visitor %d","ep":7,"n":%d}`, g.given, g.given)
			a.SetCookie = []string{cookie + "=head." + base64.RawURLEncoding.EncodeToString([]byte(text)) + ".mac; Path=/"}
		}
		state = "waiting"
	case visitor.Poll:
		if g.polls++; g.polls == 6 && g.takes {
			g.ended = r.Cookie
		}
		a.Body = fmt.Appendf(nil, `{"state":%q,"number":1,"ahead":3,"next":400}`, state)
	case visitor.Leave:
		if g.hears {
			g.ended = r.Cookie
		}
		return errors.New("the connection is closed before the answer")
	}
	a.Head(http.StatusOK, func(name string) string {
		if name == "Einlass-State" {
			return state
		}
		return ""
	})
	return nil
}

func TestWhoGaveAPlaceUpWithoutAnAnswerHasLostNone(t *testing.T) {
	for name, c := range map[string]struct {
		habit             habit
		hears, late, take bool
		left, lost        bool
	}{
		"the gate heard it":                   {habit: leaver, hears: true, left: true},
		"another gateway has not heard it":    {habit: leaver, hears: true, late: true, left: true},
		"it did not":                          {habit: leaver},
		"a place that nobody gave up is lost": {habit: patient, take: true, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				room, err := visitor.New(visitor.Config{Origin: "http://" + host, Room: environment.Room, Timeout: timeout})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				b := &browser{Browser: room.Open(&deafGate{hears: c.hears, late: c.late, takes: c.take}), name: "b"}
				b.Observe = b.judge
				v := &citizen{
					browser: b, crowd: &crowd{keys: map[string]int{}}, figure: -1, failures: map[string]int{}, over: make(chan struct{}),
					rand: rand.New(rand.NewPCG(1, 2)), habit: c.habit,
				}
				v.live(ctx)
				if v.left != c.left || v.lost != "" != c.lost || v.place.Number != 1 {
					t.Errorf("left %v, want %v; lost %q; place %+v", v.left, c.left, v.lost, v.place)
				}
			})
		})
	}
}
