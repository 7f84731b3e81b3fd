package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// town is a source without a gateway.
type town struct {
	next looked
	sets []string
	err  error
}

func (g *town) look() looked                             { return g.next }
func (g *town) past(string) (operator.HistoryInfo, bool) { return operator.HistoryInfo{}, false }
func (g *town) tick() tea.Msg                            { return nil }
func (g *town) second() tea.Msg                          { return nil }
func (g *town) set(room string, m queue.Mode) (string, error) {
	g.sets = append(g.sets, room+" "+string(m))
	return "state of " + room + ": " + string(m), g.err
}

func townOf(rooms int) *town {
	g := newGateway()
	for i := range g.rooms {
		g.rooms[i].Opening.Quota, g.rooms[i].Left = nil, nil
	}
	for i := 2; i < rooms; i++ {
		r := g.rooms[0]
		r.ID, r.Why = fmt.Sprintf("room-%d", i), operator.Why{Asked: 60, InForce: new(float64), Reason: "full", Words: "the room is full"}
		g.rooms = append(g.rooms, r)
	}
	return &town{next: looked{rooms: g.rooms, told: true}}
}

func (g *town) panel(t *testing.T) *panel {
	t.Helper()
	p := newPanel(g, "http://127.0.0.1:8081", func(err error) string { return "in words: " + err.Error() }, eight, time.UTC)
	p.Update(p.look())
	return p
}

// text is what a screen shows, without colours, held to its size.
func text(t *testing.T, p *panel) string {
	t.Helper()
	var all []string
	for _, l := range p.lines() {
		all = append(all, shorten(clean(l.text), p.width))
	}
	if len(all) != p.height {
		t.Errorf("%d lines on a screen of %d", len(all), p.height)
	}
	return strings.Join(all, "\n")
}

// keys presses keys and does what they ask for.
func keys(t *testing.T, p *panel, pressed ...string) {
	t.Helper()
	for _, key := range pressed {
		msg := tea.KeyPressMsg{Code: []rune(key)[0], Text: key}
		switch key {
		case "up":
			msg = tea.KeyPressMsg{Code: tea.KeyUp}
		case "down":
			msg = tea.KeyPressMsg{Code: tea.KeyDown}
		}
		if _, cmd := p.Update(msg); cmd != nil {
			p.Update(cmd())
		}
	}
}

func TestTheScreenFits(t *testing.T) {
	for _, rooms := range []int{2, 3, 30} {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}, {200, 60}, {10, 3}} {
			for _, warnings := range []int{0, 1, 9} {
				g := townOf(rooms)
				for range warnings {
					g.next.alerts = append(g.next.alerts, alerts.Alert{Name: "A", Severity: alerts.Critical, En: alerts.Words{What: "What is wrong.", Do: "What to do."}})
				}
				p := g.panel(t)
				p.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				for range rooms {
					lines := strings.Split(text(t, p), "\n")
					for _, l := range lines {
						if utf8.RuneCountInString(l) > p.width {
							t.Errorf("%d rooms at %v: %q is too wide", rooms, size, l)
						}
					}
					if all := strings.Join(lines, "\n"); size[0] >= 40 && !strings.Contains(all, "> "+p.selected) {
						t.Errorf("%d rooms, %d alerts at %v: the selected %s is not shown:\n%s", rooms, warnings, size, p.selected, all)
					}
					keys(t, p, "down")
				}
				if got := strings.Count(p.View().Content, "\n") + 1; got != p.height {
					t.Errorf("%d lines are drawn on a screen of %d", got, p.height)
				}
			}
		}
	}
}

func TestTheScreenShowsEachRoomInOneGlance(t *testing.T) {
	g := townOf(3)
	quota := int64(500)
	forty, low, high := 40.0, 720.0, 1000.0
	r := &g.next.rooms[0]
	r.Opening.Booked, r.Opening.Quota, r.Title = 412, &quota, "Termine im Bürgerbüro"
	r.Why = operator.Why{Asked: 60, InForce: &forty, Reason: "health", Words: "held back for the site's health"}
	r.Backends[1].Up = true
	end := eight.Add(20 * time.Minute)
	r.Wait = operator.Wait{Low: &low, High: &high, EndFrom: &eight, EndTo: &end}
	g.next.alerts = []alerts.Alert{{Name: "A", Severity: alerts.Critical, Room: "kfz", En: alerts.Words{What: "The store does not answer.", Do: "Look whether it runs."}}}
	got := text(t, g.panel(t))
	for _, want := range []string{
		"08:00:00", "2468 waiting",
		"> termine        running        1234     95/100    60       40       -   412/500",
		"held back for the site's health", "termine  Termine im Bürgerbüro", "412 booked, 88 left",
		"12 to 17 min for who joins now; the last one enters 08:00 to 08:20",
		"  kfz            STORE AWAY ", "the store is away since",
		" ! CRITICAL kfz: The store does not answer.\n   Look whether it runs.\n",
		"p pause or run",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestAnOutageKeepsTheFiguresAndSaysSinceWhen(t *testing.T) {
	g := townOf(2)
	p := g.panel(t)
	away := fmt.Errorf("list rooms: %w", adminclient.ErrUnreachable)
	p.Update(looked{err: away})
	p.Update(clock(eight.Add(time.Minute)))
	p.Update(looked{err: away})
	if got := text(t, p); !strings.Contains(got, "NO ANSWER since 08:00:00: in words: list rooms") || !strings.Contains(got, "1234") || !strings.Contains(got, "08:01:00") {
		t.Errorf("during the outage:\n%s", got)
	}
	p.Update(g.next)
	if got := text(t, p); strings.Contains(got, "NO ANSWER") {
		t.Errorf("after the outage:\n%s", got)
	}
	p.Update(looked{err: fmt.Errorf("list rooms: %w", adminclient.ErrNotAPI)})
	if p.fatal != nil {
		t.Errorf("what stands before a gateway that restarts ends it: %v", p.fatal)
	}
	p.Update(looked{err: fmt.Errorf("list rooms: %w", adminclient.ErrUnauthorized)})
	if !errors.Is(p.fatal, adminclient.ErrUnauthorized) {
		t.Errorf("a token that is not accepted any more leaves %v", p.fatal)
	}
}

func TestAKeyPausesARoomOnceItIsConfirmed(t *testing.T) {
	g := townOf(2)
	p := g.panel(t)
	keys(t, p, "p")
	if got := text(t, p); !strings.Contains(got, "Pause termine?") {
		t.Errorf("nothing is asked:\n%s", got)
	}
	keys(t, p, "n", "y", "down", "p")
	if got := text(t, p); !strings.Contains(got, "Let kfz run again?") || g.sets != nil {
		t.Errorf("%q was done:\n%s", g.sets, got)
	}
	keys(t, p, "y")
	if got := text(t, p); fmt.Sprint(g.sets) != "[kfz run]" || !strings.Contains(got, "state of kfz: run") {
		t.Errorf("%q was done:\n%s", g.sets, got)
	}
	g.err = errors.New("refused")
	keys(t, p, "up", "p", "y")
	if got := text(t, p); fmt.Sprint(g.sets) != "[kfz run termine pause]" || !strings.Contains(got, "in words: refused") {
		t.Errorf("%q was done:\n%s", g.sets, got)
	}
}

func TestARoomThatGoesIsNotActedOn(t *testing.T) {
	g := townOf(2)
	p := g.panel(t)
	keys(t, p, "p")
	g.next.rooms = g.next.rooms[1:]
	p.Update(g.next)
	if keys(t, p, "y"); g.sets != nil {
		t.Errorf("%q was done", g.sets)
	}
}

func TestTheScreenPausesARoomOfAGateway(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	a := &app{err: io.Discard, getenv: func(k string) string { return env[k] }, tick: time.Tick}
	client, err := a.client()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	p := newPanel(&apiSource{app: a, ctx: t.Context(), client: client}, client.Address(), a.explain, eight, time.UTC)
	p.Update(p.look())
	if got := text(t, p); !strings.Contains(got, " No alerts.") {
		t.Errorf("the alerts of the gateway are not asked for:\n%s", got)
	}
	keys(t, p, "p", "y")
	if got := text(t, p); !strings.Contains(got, "state of termine: paused (was running); version 4") {
		t.Errorf("what was done is not said:\n%s", got)
	}
	if r, _ := g.Get(t.Context(), "termine"); r.Mode != queue.ModePause {
		t.Errorf("the room is %+v", r)
	}
}

func TestTheScreenEndsByAKey(t *testing.T) {
	env := environment(newGateway().serve(t))
	for _, key := range []string{"q", "\x03"} {
		var out, stderr bytes.Buffer
		a := &app{in: strings.NewReader(key), out: &out, err: &stderr, getenv: func(k string) string { return env[k] }, keys: true, tick: time.Tick}
		if code := a.run(t.Context(), []string{"watch"}); code != 0 || stderr.Len() > 0 || out.Len() == 0 {
			t.Errorf("%q: exit code %d, %s", key, code, stderr.String())
		}
	}
}

func TestTheScreenEndsWithATokenThatIsNotAccepted(t *testing.T) {
	env := environment(newGateway().serve(t))
	env["EINLASS_ADMIN_TOKEN"] = "wrong"
	in, type_ := io.Pipe()
	defer type_.Close()
	var stderr bytes.Buffer
	a := &app{in: in, out: io.Discard, err: &stderr, getenv: func(k string) string { return env[k] }, keys: true, tick: time.Tick}
	if code := a.run(t.Context(), []string{"watch"}); code != exitUnauthorized || !strings.Contains(stderr.String(), "does not accept this token") {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
}
