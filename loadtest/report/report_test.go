package report

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// morning is Speyer with two invented runs; one of them breaks a promise.
func morning() Morning {
	s := scenarios.Speyer()
	sample := func(i int64) scenarios.Sample {
		return scenarios.Sample{At: s.Starts.Unix() + 60*i, Waiting: 1000 * i, Booked: i}
	}
	return Morning{Scenario: s, Results: []scenarios.Result{
		{
			Medium: "virtual time", Site: scenarios.Site{Places: 2500, Booked: 330, Crashes: 7, Over: 7*time.Hour + 29*time.Minute},
			Samples: []scenarios.Sample{sample(1), sample(2)},
		},
		{
			Medium: "virtual time", Gate: true, Site: scenarios.Site{Places: 2500, Booked: 2499, Made: 2499},
			Line:    scenarios.Line{Tickets: 23_097, Overtaken: 1},
			Waits:   scenarios.Quantiles{N: 1, P50: 90 * time.Second, P90: 2 * time.Hour, P99: 2 * time.Hour, Max: 3 * time.Hour},
			Checked: scenarios.Checked{Events: 5, Violations: 1}, Violations: []string{"<b>number 3 was overtaken</b>"},
			Samples: []scenarios.Sample{sample(1), sample(2), sample(3)},
		},
	}}
}

func TestTheTextShowsBothRunsAndWhatWasBroken(t *testing.T) {
	var b strings.Builder
	if err := Text(&b, []Morning{morning()}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Speyer, 14 June 2021 (factor 1, virtual time)", "330 of 2,500", "2,499 of 2,500", "7 h 29 min", "23,097",
		"BROKEN  every place is booked: 2499 of 2500", "kept    nobody is booked twice", "number 3 was overtaken",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestWhatStrangersAndCrashesCostIsShown(t *testing.T) {
	m := morning()
	plain := new(strings.Builder)
	if err := Text(plain, []Morning{m}); err != nil {
		t.Fatal(err)
	}
	r := &m.Results[1]
	r.Line.Called, r.Line.Entered = 8000, 5000
	r.Nobody = scenarios.Nobody{
		Loads: 1200, AtOnce: 30, Silent: 20, Parked: 10, Numbers: 1260, Entries: 50, Unclaimed: 2000, Left: 300, Back: 150,
		Copies: 70, SecondStays: 1, Crashes: 60, Skipped: 61_000,
	}
	b := new(strings.Builder)
	if err := Text(b, []Morning{m}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1,260: 1,200, 30, 20, 10", "50 of 5,000 (1.0 %)", "2,000 of 8,000 (25.0 %)", "300, 150", "70, 1", "60, 61,000",
	} {
		if !strings.Contains(b.String(), want) || strings.Contains(plain.String(), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
	if strings.Contains(plain.String(), "nobody's") || strings.Contains(plain.String(), "skipped") {
		t.Errorf("a morning without strangers has figures of them\n%s", plain)
	}
}

func TestMarkdownTablesHaveAsManyCellsInEveryLine(t *testing.T) {
	var b strings.Builder
	lone := morning()
	lone.Results = lone.Results[1:]
	lone.Scenario.Factor = 12.5
	if err := Markdown(&b, []Morning{morning(), lone}); err != nil {
		t.Fatal(err)
	}
	cells := 0
	for line := range strings.Lines(b.String()) {
		n := strings.Count(line, "|")
		if n == 0 {
			cells = 0
			continue
		}
		if cells == 0 {
			cells = n
		}
		if n != cells {
			t.Errorf("%d bars, want %d: %s", n, cells, line)
		}
	}
	for _, want := range []string{"| 330 of 2,500 | 2,499 of 2,500 |", "not played", "1 min 30 s / 2 h", "Speyer, 14 June 2021, × 12.5"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestThePageNeedsNothingButItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	if err := WriteHTML(path, []Morning{morning()}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	if found := regexp.MustCompile(`(?i)(src|href)\s*=\s*["']?(https?:|//)[^"'\s>]*|url\(|@import|\bfetch\(|XMLHttpRequest`).FindString(page); found != "" {
		t.Errorf("the page asks for %q", found)
	}
	for _, want := range []string{
		"uPlot=function", "Permission is hereby granted", `"waiting":3000`, "prefers-color-scheme: dark", "2,499 of 2,500",
		"&lt;b&gt;number 3 was overtaken&lt;/b&gt;", `class="bad"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if strings.Contains(page, "<b>number 3") || strings.Contains(page, "ZgotmplZ") {
		t.Error("a text was not escaped, or was escaped away")
	}
}

func TestAReportThatCannotBeWrittenIsAnError(t *testing.T) {
	if err := WriteHTML(filepath.Join(t.TempDir(), "no", "such", "folder"), nil); err == nil {
		t.Error("no error")
	}
}

func TestSpliceReplacesItsOwnSectionOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "doc.md")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a\n<!-- sim:begin -->\nold\n<!-- sim:end -->\nb\n<!-- sockets:begin -->\nkeep\n<!-- sockets:end -->\n")
	if err := Splice(path, "sim", "new\n"); err != nil {
		t.Fatal(err)
	}
	if err := Splice(path, "sim", "newer\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "a\n<!-- sim:begin -->\n\nnewer\n\n<!-- sim:end -->\nb\n<!-- sockets:begin -->\nkeep\n<!-- sockets:end -->\n"
	if string(got) != want {
		t.Errorf("%q", got)
	}
	for _, text := range []string{"", "<!-- sim:begin -->", "<!-- sim:end --><!-- sim:begin -->", "<!-- sim:begin --><!-- sim:end --><!-- sim:begin -->"} {
		write(text)
		if err := Splice(path, "sim", "x"); !errors.Is(err, ErrMarkers) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := Splice(path+"x", "sim", "x"); err == nil {
		t.Error("a file that is not there: no error")
	}
}

func TestNumbersReadAsPeopleWriteThem(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", 12_345_678: "12,345,678"} {
		if got := count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0", 250 * time.Millisecond: "250 ms", 1200 * time.Millisecond: "1.2 s", 42 * time.Second: "42 s",
		time.Minute: "1 min", 61*time.Second + time.Millisecond: "1 min 1 s", 59*time.Minute + 59*time.Second: "59 min 59 s",
		time.Hour: "1 h", 90*time.Minute + 40*time.Second: "1 h 31 min",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{2048: "2 KiB", 3 << 20: "3 MiB", 11 << 30: "11.0 GiB"} {
		if got := bytes(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
