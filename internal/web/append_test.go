package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func unzipped(t testing.TB, file []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAZippedPageIsTheSamePage(t *testing.T) {
	p := mustNew(t, testSite())
	zipped := everyPage(p.Zipped())
	for name, want := range everyPage(p) {
		if IsZipped(want) || !IsZipped(zipped[name]) {
			t.Fatalf("%s: one is gzip, one is not: %.2x and %.2x", name, want, zipped[name])
		}
		if got := unzipped(t, zipped[name]); !bytes.Equal(got, want) {
			t.Errorf("%s: another page:\n%s\n%s", name, got, want)
		}
	}
}

// A page is appended, to what stands there already.
func TestAPageIsAppended(t *testing.T) {
	p := mustNew(t, testSite())
	for _, site := range []*Site{p, p.Zipped()} {
		got := site.AppendWait([]byte("before"), 0, inTheLine())
		if want := append([]byte("before"), site.AppendWait(nil, 0, inTheLine())...); !bytes.Equal(got, want) {
			t.Errorf("%.20q, want %.20q", got, want)
		}
	}
}

// The attack of 2013 (BREACH) guesses a secret of a page by words that make it shorter when they are like it.
func TestTheLengthTellsNothingOfAValueByAnother(t *testing.T) {
	p := mustNew(t, testSite()).Zipped()
	length := func(secret, guess string) int {
		w := inTheLine()
		w.Code, w.Target = secret, "/termine?guess="+guess
		return len(p.AppendWait(nil, 0, w))
	}
	// Signs of the same kind, each in the other's order: whatever a guess gains, it gains with every secret.
	const a, b = "7KQ4-M2PX-7KQ4-M2PX-7KQ4-M2PX", "XP2M-4QK7-XP2M-4QK7-XP2M-4QK7"
	if right, wrong := length(a, a), length(a, b); right != wrong {
		t.Errorf("%d bytes with the right guess, %d with a wrong one", right, wrong)
	}
	if said := length(a, strings.Repeat("x", 40)) - length(b, strings.Repeat("x", 40)); said != 0 {
		t.Errorf("codes of the same signs differ by %d bytes", said)
	}
}

func TestAZippedPageDoesNotAllocate(t *testing.T) {
	p := mustNew(t, testSite()).Zipped()
	w := inTheLine()
	w.Message = "Größe <10>"
	buf := p.AppendWait(nil, 0, w)
	buf = p.AppendWait(buf[:0], 0, w)
	if n := testing.AllocsPerRun(100, func() { buf = p.AppendWait(buf[:0], 0, w) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
