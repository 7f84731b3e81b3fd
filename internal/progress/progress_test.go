package progress

import (
	"io"
	"strings"
	"testing"
	"time"
)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestWorkThatIsSoonDoneShowsNothing(t *testing.T) {
	var out strings.Builder
	c := &clock{time.Unix(1_900_000_000, 0)}
	m := New(&out, "reading", 100, c.now)
	c.at = c.at.Add(patience - 1)
	m.Add(100)
	m.End()
	if out.String() != "" {
		t.Errorf("%q", out.String())
	}
}

func TestLongWorkShowsHowFarItIs(t *testing.T) {
	var out strings.Builder
	c := &clock{time.Unix(1_900_000_000, 0)}
	m := New(&out, "reading the record of acts", 400<<20, c.now)
	step := func(by time.Duration, bytes int64, want string) {
		t.Helper()
		out.Reset()
		c.at = c.at.Add(by)
		m.Add(bytes)
		if got := out.String(); got != want || len(got) > 80 {
			t.Errorf("%q, want %q", got, want)
		}
	}
	step(time.Second, 100<<20, clear+"reading the record of acts: 100 MiB of 400 MiB, 25 %, about 3s left")
	step(often-1, 1<<20, "")
	step(1, 99<<20, clear+"reading the record of acts: 200 MiB of 400 MiB, 50 %, about 1s left")
	step(time.Second, 300<<20, clear+"reading the record of acts: 400 MiB of 400 MiB, 100 %")
	out.Reset()
	m.End()
	m.End()
	if out.String() != clear {
		t.Errorf("the end is %q", out.String())
	}
}

func TestAReaderIsCounted(t *testing.T) {
	var out strings.Builder
	c := &clock{time.Unix(1_900_000_000, 0)}
	m := New(&out, "reading", 0, c.now)
	c.at = c.at.Add(patience)
	if text, err := io.ReadAll(m.Reader(strings.NewReader("something"))); err != nil || string(text) != "something" {
		t.Errorf("%q, %v", text, err)
	}
	if out.String() != clear+"reading: 1 KiB" {
		t.Errorf("%q", out.String())
	}
	var none *Meter
	none.Add(1)
	none.End()
	if r := strings.NewReader("x"); none.Reader(r) != io.Reader(r) {
		t.Error("without a meter it is another reader")
	}
}
