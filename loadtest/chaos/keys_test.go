package chaos

import (
	"context"
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
)

// openGate lets everybody straight in, with a pass that a key has signed.
type openGate struct{ key string }

func (g openGate) Do(_ context.Context, _ *visitor.Request, a *visitor.Answer) error {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	a.Response = &http.Response{Header: http.Header{}}
	a.Response.Header.Set(environment.SiteHeader, "site")
	a.SetCookie = []string{cookie + "=" + part(`{"kid":"`+g.key+`"}`) + "." + part(`{"sub":"v","ep":7,"n":1,"st":1}`) + ".mac; Path=/"}
	a.Head(http.StatusOK, func(string) string { return "" })
	return nil
}

// Where nobody waits no tickets are given, and a key is in use all the same.
func TestTheKeyOfAPassIsSeenWhereNobodyWaits(t *testing.T) {
	room, err := newRoom()
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{keys: map[string]int{}}
	c.signed("")
	for i, key := range []string{"a", "a", "b"} {
		b := &browser{Browser: room.Open(openGate{key})}
		b.Observe = b.judge
		v := &citizen{browser: b, crowd: c, failures: map[string]int{}, rand: rand.New(rand.NewPCG(1, 2))}
		if !v.arrive(t.Context()) || v.entered.IsZero() {
			t.Fatal("not let in")
		}
		if want := []int{1, 1, 2}[i]; c.keysSeen() != want {
			t.Errorf("%d keys are seen, want %d", c.keysSeen(), want)
		}
	}
}
