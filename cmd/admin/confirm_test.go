package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// typing runs a command at a terminal where somebody types.
func typing(t *testing.T, g *gateway, typed io.Reader, asks bool, args ...string) (code int, out, err string) {
	t.Helper()
	env := environment(g.serve(t))
	var stdout, stderr bytes.Buffer
	a := &app{
		in: typed, out: &stdout, err: &stderr, getenv: func(k string) string { return env[k] }, asks: asks,
		tick: func(time.Duration) <-chan time.Time { over := make(chan time.Time); close(over); return over },
	}
	code = a.run(t.Context(), args)
	return code, stdout.String(), stderr.String()
}

func TestALargeChangeIsAskedAbout(t *testing.T) {
	for _, c := range []struct {
		typed string
		asks  bool
		args  []string
		code  int
		rate  int64
	}{
		{"y\n", true, []string{"rate", "termine", "600"}, 0, 600},
		{"YES\n", true, []string{"rate", "termine", "6"}, 0, 6},
		{"n\n", true, []string{"rate", "termine", "600"}, 1, 60},
		{"\n", true, []string{"rate", "termine", "600"}, 1, 60},
		{"no, yes\n", true, []string{"rate", "termine", "600"}, 1, 60},
		{"", true, []string{"rate", "termine", "600"}, 2, 60}, // /dev/null looks like a terminal
		{"y\n", false, []string{"rate", "termine", "600"}, 2, 60},
		{"", false, []string{"rate", "termine", "600", "--yes"}, 0, 600},
		{"", false, []string{"rate", "termine", "599"}, 0, 599},
		{"", false, []string{"rate", "termine", "7"}, 0, 7},
		{"", false, []string{"rate", "termine", "60"}, 0, 60},
		{"", false, []string{"rate", "termine", "0"}, 2, 60},
	} {
		g := newGateway()
		code, out, stderr := typing(t, g, strings.NewReader(c.typed), c.asks, c.args...)
		r, _ := g.Get(t.Context(), "termine")
		asked := strings.Contains(stderr, "Change it? [y/N]")
		if code != c.code || r.Rate != c.rate || (out != "") != (code == 0) || asked != c.asks {
			t.Errorf("%q typed at admin %q: exit code %d, rate %d, %q %q", c.typed, c.args, code, r.Rate, out, stderr)
		}
	}
}

// What was asked about is what is replaced: if somebody else was quicker, the question is asked again, of the new value.
func TestTheOldValueThatIsNamedIsTheOneReplaced(t *testing.T) {
	g := newGateway()
	two := io.MultiReader(&interference{g: g}, strings.NewReader("y\n"))
	code, out, stderr := typing(t, g, two, true, "rate", "termine", "9000")
	if want := "rate of termine: 9000 a minute (was 90); burst: 150 at once (was 2); version 5\n"; code != 0 || out != want {
		t.Errorf("exit code %d, %q %q", code, out, stderr)
	}
	if !strings.Contains(stderr, "from 60 a minute to 9000") || !strings.Contains(stderr, "from 90 a minute to 9000") {
		t.Errorf("asked %q", stderr)
	}
	// With a version of the operator's own there is no second question.
	g = newGateway()
	code, _, stderr = typing(t, g, &interference{g: g}, true, "rate", "termine", "9000", "--if-version", "3")
	if r, _ := g.Get(t.Context(), "termine"); code != 5 || r.Rate != 90 {
		t.Errorf("exit code %d, %q, rate %d", code, stderr, r.Rate)
	}
}

// interference is an operator who is quicker, once, while the other one thinks.
type interference struct {
	g    *gateway
	done bool
}

func (i *interference) Read(p []byte) (int, error) {
	if i.done {
		return 0, io.EOF
	}
	i.done = true
	rate := int64(90)
	_, err := i.g.Change(context.Background(), "termine", operator.Change{Rate: &rate})
	return copy(p, "y\n"), err
}

// A snapshot may be older than the last change; a script that makes one change after the other does not fail by it.
func TestAnOldSnapshotIsReadAgain(t *testing.T) {
	g := newGateway()
	g.stale = 2
	code, out, stderr := typing(t, g, strings.NewReader(""), false, "rate", "termine", "61")
	if want := "rate of termine: 61 a minute (was 60); version 4\n"; code != 0 || out != want {
		t.Errorf("exit code %d, %q %q", code, out, stderr)
	}
	g = newGateway()
	g.stale = 1000
	if code, _, stderr := typing(t, g, strings.NewReader(""), false, "rate", "termine", "61"); code != 5 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// Without a snapshot the old value is not known: what is no number is changed all the same, numbers take --yes.
func TestARoomThatIsNotKnownYetIsPaused(t *testing.T) {
	fresh := func() *gateway {
		g := newGateway()
		g.stale, g.unknown = 1, true
		return g
	}
	if code, out, stderr := typing(t, fresh(), strings.NewReader(""), false, "pause", "termine"); code != 0 || out != "state of termine: paused; version 4\n" {
		t.Errorf("exit code %d, %q %q", code, out, stderr)
	}
	if code, _, stderr := typing(t, fresh(), strings.NewReader(""), true, "rate", "termine", "61"); code != 3 || !strings.Contains(stderr, "not heard of its store yet") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if code, out, stderr := typing(t, fresh(), strings.NewReader(""), false, "rate", "termine", "61", "--yes"); code != 0 || out != "rate of termine: 61 a minute; version 4\n" {
		t.Errorf("exit code %d, %q %q", code, out, stderr)
	}
}

// An interrupt ends the question. Nobody types before the end of the test.
func TestAQuestionCanBeInterrupted(t *testing.T) {
	env := environment(newGateway().serve(t))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	typed, keyboard := io.Pipe()
	defer keyboard.Close()
	var stderr bytes.Buffer
	a := &app{
		in: reading{typed, cancel}, out: io.Discard, err: &stderr, getenv: func(k string) string { return env[k] }, asks: true,
	}
	if code := a.run(ctx, []string{"rate", "termine", "600"}); code != 2 || !strings.Contains(stderr.String(), "nothing was changed") {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
}

// reading calls then when somebody begins to read.
type reading struct {
	io.Reader
	then func()
}

func (r reading) Read(p []byte) (int, error) {
	r.then()
	return r.Reader.Read(p)
}

func TestFactorsOfTen(t *testing.T) {
	for _, c := range []struct {
		was, to int64
		asks    bool
	}{{1, 1, false}, {0, 0, false}, {1, 9, false}, {1, 10, true}, {10, 1, true}, {10, 2, false}, {0, 1, true}, {1, 0, true}, {99, 10, false}, {100, 10, true}, {1, queue.MaxInsideLimit, true}} {
		if got := factor(c.was, c.to) != ""; got != c.asks {
			t.Errorf("from %d to %d is asked about: %v", c.was, c.to, got)
		}
	}
}
