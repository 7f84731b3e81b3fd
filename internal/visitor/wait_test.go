package visitor

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// polls answers polls from a list, and then no more.
func polls(t *testing.T, bodies ...string) (*Browser, *time.Time) {
	t.Helper()
	now := time.Unix(1_000_000, 0)
	s := &scripted{answer: func(_ *Request, a *Answer) {
		if len(bodies) == 0 {
			t.Error("a poll too many")
			return
		}
		body := bodies[0]
		bodies = bodies[1:]
		switch body {
		case "":
		case "503":
			respond(a, 503, map[string]string{"Retry-After": "20"})
		default:
			respond(a, 200, nil)
			a.Body = []byte(body)
		}
	}}
	return room(t, Config{Now: func() time.Time { return now }}).Open(s), &now
}

func TestTheScriptPollsWhenItIsToldAndEndsWithTheTurn(t *testing.T) {
	b, _ := polls(t, `{"state":"waiting","next":3000}`, "", "503", `{"state":"paused","next":0}`, `{"state":"front","next":1}`, `{"state":"called","next":5000}`)
	var rested []time.Duration
	s, err := b.Wait(t.Context(), Script{
		First: 7 * time.Second,
		Rest:  func(_ context.Context, d time.Duration) error { rested = append(rested, d); return nil },
	})
	want := []time.Duration{7 * time.Second, 3 * time.Second, usual, 20 * time.Second, usual, soonest}
	if err != nil || s.State != "called" || !slices.Equal(rested, want) {
		t.Errorf("%+v, %v, rested %v", s, err, rested)
	}
}

func TestTheUserEndsAWaitAndSetsItsPace(t *testing.T) {
	tired := errors.New("tired")
	b, _ := polls(t, `{"state":"waiting","next":3000}`, "")
	var rested []time.Duration
	var failed []error
	_, err := b.Wait(t.Context(), Script{
		Rest: func(_ context.Context, d time.Duration) error {
			if rested = append(rested, d); len(rested) == 3 {
				return tired
			}
			return nil
		},
		Told: func(_ *Status, next time.Duration) (time.Duration, error) { return next / 2, nil },
		Failed: func(err error, next time.Duration) time.Duration {
			failed = append(failed, err)
			return next / 5
		},
	})
	if !errors.Is(err, tired) || !slices.Equal(rested, []time.Duration{0, 1500 * time.Millisecond, usual / 5}) {
		t.Errorf("%v, rested %v", err, rested)
	}
	if len(failed) != 1 || !errors.Is(failed[0], errNoAnswer) {
		t.Errorf("told %v", failed)
	}
	b, _ = polls(t, `{"state":"called"}`)
	if _, err := b.Wait(t.Context(), Script{
		Rest: func(context.Context, time.Duration) error { return nil },
		Told: func(*Status, time.Duration) (time.Duration, error) { return 0, tired },
	}); !errors.Is(err, tired) {
		t.Errorf("the turn came first: %v", err)
	}
}

// At the door the page is not loaded again: it asks, and is in when the answer says so.
func TestAPageAtTheDoorAsksUntilItIsIn(t *testing.T) {
	var asked []string
	states := []string{"full", "full", "inside"}
	s := &scripted{answer: func(r *Request, a *Answer) {
		asked = append(asked, r.Method+" "+r.Target)
		respond(a, 200, map[string]string{"Einlass-State": "full"})
		if r.For == Poll {
			a.Body = []byte(`{"state":"` + states[0] + `","next":4000}`)
			states = states[1:]
		}
	}}
	b := room(t, Config{Room: "termine"}).Open(s)
	if _, err := b.Load(t.Context(), Want{Target: "/"}); err != nil {
		t.Fatal(err)
	}
	var rested time.Duration
	got, err := b.Wait(t.Context(), Script{Rest: func(_ context.Context, d time.Duration) error { rested += d; return nil }})
	want := []string{"GET /", "POST /.einlass/ask?room=termine", "POST /.einlass/ask?room=termine", "POST /.einlass/ask?room=termine"}
	if err != nil || got.State != "inside" || !slices.Equal(asked, want) || rested != 8*time.Second {
		t.Errorf("%+v, %v after %v, asked %v", got, err, rested, asked)
	}
}

// A lobby is waited in, and a turn that was lost at the door is polled for again.
func TestAVisitorWaitsInALobbyAndAgainAfterTheDoor(t *testing.T) {
	b, _ := polls(t, `{"state":"lots","came":9,"starts":60}`, `{"state":"drawing"}`, `{"state":"full"}`, `{"state":"front","last":true}`, `{"state":"called"}`)
	var methods []string
	b.Observe = func(_ context.Context, r *Request, _ *Answer, _ error) { methods = append(methods, r.Method) }
	s, err := b.Wait(t.Context(), Script{Rest: func(context.Context, time.Duration) error { return nil }})
	if err != nil || s.State != "called" || !slices.Equal(methods, []string{"GET", "GET", "GET", "POST", "GET"}) {
		t.Errorf("%+v, %v, asked by %v", s, err, methods)
	}
}

func TestThePageIsLoadedAtMostTwiceAMinuteForWantOfAPlace(t *testing.T) {
	b, now := polls(t, `{"state":"none"}`, `{"state":"none"}`, `{"state":"none"}`, `{"state":"none"}`)
	wait := func() (polls int) {
		_, err := b.Wait(t.Context(), Script{Rest: func(_ context.Context, d time.Duration) error {
			polls++
			*now = now.Add(d)
			return nil
		}})
		if err != nil {
			t.Error(err)
		}
		return polls
	}
	if n := wait(); n != 1 {
		t.Errorf("the first load after %d polls", n)
	}
	*now = now.Add(11 * time.Second)
	// 10 s between polls: the second load waits until half a minute has passed.
	if n := wait(); n != 3 {
		t.Errorf("the second load after %d polls", n)
	}
}

func TestALoadThatFailedIsTriedAgainAtOnce(t *testing.T) {
	b, _ := polls(t, `{"state":"none"}`, "503", `{"state":"none"}`)
	once := Script{Rest: func(context.Context, time.Duration) error { return nil }}
	if _, err := b.Wait(t.Context(), once); err != nil {
		t.Fatal(err)
	}
	if a, err := b.Load(t.Context(), Want{Target: "/"}); err != nil || a.Status != 503 {
		t.Fatalf("%+v, %v", a, err)
	}
	if s, err := b.Wait(t.Context(), once); err != nil || s.State != "none" {
		t.Errorf("%+v, %v", s, err)
	}
}
