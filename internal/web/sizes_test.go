package web

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

var update = flag.Bool("update", false, "write the table of sizes anew")

const (
	sizesFile = "../../docs/pages/sizes.md"
	// mostBytes is what a page may take as gzip.
	mostBytes = 12_288
	// A table is stale when a figure is this far off: a word more in a sentence need not change it.
	mostOff = 100
)

// fullWait is a waiting page with the code and the URLs that a gateway gives it for somebody who came to /termine.
func fullWait(s State) *Wait {
	w := inTheLine()
	w.State, w.Code, w.Start, w.Absent = s, "7KQ4-M2PX", "https://termine.musterstadt.de/termine", 10*time.Minute
	w.Target = "/.einlass/wait?room=termine&to=/termine"
	w.Again = "/.einlass/wait?room=termine&said=128340.1796030280.0." + s.String() + "&to=/termine"
	w.Join = "/.einlass/join?room=termine&to=/termine"
	w.Switch = "/.einlass/still?room=termine&off=1&held=&to=/termine"
	return w
}

// sizedPages are pages as the gateway sends them, with what belongs to their state, by their names in order.
func sizedPages(p *Site, lang Lang) (names []string, pages map[string][]byte) {
	pages = map[string][]byte{}
	add := func(name string, body []byte) {
		names = append(names, name)
		pages[name] = body
	}
	for s := range pageStates {
		w := fullWait(s)
		switch s {
		case Waiting, Front, Recovering:
		default:
			w.Low, w.High = 0, 0
		}
		switch s {
		case Called:
			w.ClaimLeft, w.Idle, w.Max = 4*time.Minute, 10*time.Minute, 2*time.Hour
		case Lobby, Lots, Drawing:
			w.Draw, w.Came = DrawComes, 48123
		}
		switch s {
		case Lobby, Lots, Behind, Between, Refill, Closed, Early:
			w.Coming = Coming{Now: monday, Opens: monday, Begins: monday.Add(12 * time.Minute)}
		}
		add(s.String(), p.AppendWait(nil, lang, w))
	}
	add("an interruption", p.AppendInterruption(nil, lang, &Interruption{Status: 502, Target: "/a", Next: 5 * time.Second, Ref: "8F3A"}))
	add("a form in an interruption", p.AppendInterruption(nil, lang, &Interruption{Form: true, Status: 502, Back: "/b", Next: 5 * time.Second, Ref: "8F3A"}))
	add("a late form", p.AppendPassEnded(nil, lang, &PassEnded{Start: "/a"}))
	add("the place was left", p.AppendOver(nil, lang, &Placeless{Why: EndedLeft, Join: "/a"}))
	add("no cookies", p.AppendCookies(nil, lang, "/a"))
	add("an error", p.AppendError(nil, lang, 404, "8F3A"))
	d := aDraw()
	add("the draw", p.AppendDraw(nil, lang, &d))
	return names, pages
}

// sizesTable is the table as it is written, and how large each page is as gzip.
func sizesTable(t *testing.T) (table string, sizes map[string]int) {
	t.Helper()
	p := mustNew(t, testSite())
	var b strings.Builder
	sizes = map[string]int{}
	b.WriteString("| page | language | as it is | gzip as served | brotli |\n|---|---|---:|---:|---:|\n")
	for i, l := range p.langs {
		names, raw := sizedPages(p, Lang(i))
		_, zipped := sizedPages(p.Zipped(), Lang(i))
		for _, name := range names {
			sizes[l.tag+", "+name] = len(zipped[name])
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %s |\n", name, l.tag, len(raw[name]), len(zipped[name]), inBrotli(t, raw[name]))
		}
	}
	return b.String(), sizes
}

// inBrotli is how large a page would be as brotli, which takes long and is computed for the table only.
func inBrotli(t *testing.T, page []byte) string {
	t.Helper()
	if !*update {
		return ""
	}
	var br bytes.Buffer
	w := brotli.NewWriterLevel(&br, 9)
	if _, err := w.Write(page); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(br.Len())
}

// Each page is one answer, and small: run with -update to write the table of docs/pages/sizes.md.
func TestPagesAreSmallAndTheTableOfTheirSizesIsCurrent(t *testing.T) {
	table, sizes := sizesTable(t)
	for name, size := range sizes {
		if size > mostBytes {
			t.Errorf("%s: %d bytes as gzip, at most %d may be", name, size, mostBytes)
		}
	}
	doc, err := os.ReadFile(sizesFile)
	if err != nil {
		t.Fatal(err)
	}
	before, written, found := strings.Cut(string(doc), "| page |")
	if !found {
		t.Fatalf("%s has no table", sizesFile)
	}
	written = "| page |" + written
	if *update {
		if err := os.WriteFile(sizesFile, []byte(before+table), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if why := stale(written, table); why != "" {
		t.Errorf("%s is stale (%s): run make sizes", sizesFile, why)
	}
}

// stale tells how a table differs from another one; empty: not by much.
func stale(written, now string) string {
	old, lines := strings.Split(strings.TrimSpace(written), "\n"), strings.Split(strings.TrimSpace(now), "\n")
	if len(old) != len(lines) {
		return fmt.Sprintf("%d rows, now %d", len(old), len(lines))
	}
	for i, line := range lines {
		was, is := strings.Split(old[i], "|"), strings.Split(line, "|")
		const brotli = 5
		for j := range brotli {
			if j >= len(was) {
				return line
			}
			a, errA := strconv.Atoi(strings.TrimSpace(was[j]))
			b, errB := strconv.Atoi(strings.TrimSpace(is[j]))
			if errA == nil && errB == nil && max(a-b, b-a) <= mostOff {
				continue
			}
			if was[j] != is[j] {
				return fmt.Sprintf("%q, now %q", old[i], line)
			}
		}
	}
	return ""
}
