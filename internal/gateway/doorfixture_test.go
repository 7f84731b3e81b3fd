package gateway_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// doorGuesses bounds wrong codes by the fixture's clock.
type doorGuesses struct {
	*fixture
	limit *limit.Guesses
}

func (g doorGuesses) Blocked(client netip.Addr, _ time.Time) time.Duration {
	return g.limit.Blocked(client, g.clock())
}

func (g doorGuesses) Wrong(client netip.Addr, _ time.Time) { g.limit.Wrong(client, g.clock()) }

// atDoor is what the rooms of a fixture read codes with.
func (s *fixture) atDoor() gateway.Door {
	s.t.Helper()
	bound, err := limit.NewGuesses(5, 100, time.UnixMilli(epochMs))
	if err != nil {
		s.t.Fatal(err)
	}
	invitations, err := door.NewInvitations(s.ring, "termine", []byte(strings.Repeat("s", door.MinSecret)))
	if err != nil {
		s.t.Fatal(err)
	}
	return gateway.Door{Keys: s.ring, Invitations: invitations, Guesses: doorGuesses{s, bound}}
}

// groups are those of the tests: the first may come, the second may not.
var groups = []plan.Group{
	{Name: "residents", Title: "Einwohner der Stadt", Ask: "06232 14-0", Share: 2}, {Name: "over80", Title: "Über 80 <Jahre>"},
}

// guard puts a schedule in force, in which so many batches of codes open the door.
func (s *fixture) guard(sched plan.Schedule, batches ...door.Batch) *door.Codes {
	s.t.Helper()
	if sched.Zone == "" {
		sched.Zone = "Europe/Berlin"
	}
	if _, problems := plan.Parse(&sched); len(problems) > 0 {
		s.t.Fatal(problems)
	}
	all := door.Batches{}
	var err error
	for i := range batches {
		batches[i].Made = epochMs
		if batches[i].Kid == "" {
			batches[i].Kid = s.ring.Ring().SigningKid(s.clock())
		}
		if all, _, err = all.Add(batches[i]); err != nil {
			s.t.Fatal(err)
		}
	}
	s.update(func(d *queue.Document) { d.SetSchedule(sched.Encode()); d.SetCodes(all.Encode()) })
	codes, err := door.NewCodes(s.ring, "termine", all)
	if err != nil {
		s.t.Fatal(err)
	}
	return codes
}

// residentsOnly lets residents in, with codes that so many may use; the second batch is of the other group.
func (s *fixture) residentsOnly(uses uint8) *door.Codes {
	s.t.Helper()
	return s.guard(plan.Schedule{Groups: groups, Who: []string{"residents"}},
		door.Batch{Group: "residents", Uses: uses, Count: 1000}, door.Batch{Group: "over80", Uses: 1, Count: 10})
}

// code is one of a batch.
func (s *fixture) code(codes *door.Codes, batch uint16, serial uint32) string {
	s.t.Helper()
	p, err := codes.Printer(batch)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(p.Append(nil, serial))
}

const doorURL = "/.einlass/door?room=termine&to=/a?b=1"

// present sends the form at the door, and follows where the answer leads if that is to the door again.
func (b *browser) present(field, value string) answer {
	b.s.t.Helper()
	a := b.send(doorURL, urlencoded, url.Values{field: {value}}.Encode())
	if a.Header.Get("Location") == doorURL {
		return b.load("GET", doorURL)
	}
	return a
}

// comes is a browser that has seen the page at the door.
func (s *fixture) atThePage() *browser {
	s.t.Helper()
	b := s.browser()
	b.load("GET", doorURL).want(s.t, 200, "text/html")
	return b
}

// codes is how many codes were counted, by what became of them.
func (s *fixture) codes() map[string]int {
	s.t.Helper()
	return s.counted.of(s.t, "einlass_door_codes_total", "result")
}

// wantDoor checks that a page is the one at the door, with a heading.
func (a answer) wantDoor(t *testing.T, heading string) {
	t.Helper()
	if a.Header.Get("Einlass-State") != "door" || !strings.Contains(a.body, "<h1>"+heading+"</h1>") {
		t.Errorf("%d %s, want the door with %q:\n%s", a.StatusCode, a.Header.Get("Einlass-State"), heading, a.body)
	}
}
