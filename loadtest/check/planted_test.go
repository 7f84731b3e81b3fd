package check_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/einlass/einlass/loadtest/check"
)

// begin is when a synctest bubble begins, in milliseconds.
const begin = 946_684_800_000

// visitors of the morning: the first six are inside at its end, the ninth waits; a stranger never came.
const (
	first    = "AQAAAAAAAAAAAAAAAAAAAA"
	ninth    = "CQAAAAAAAAAAAAAAAAAAAA"
	stranger = "YwAAAAAAAAAAAAAAAAAAAA"
)

// said is a line of a journal, so many milliseconds after the beginning.
func said(after int, kind, visitor, rest string) string {
	return fmt.Sprintf(`{"at":%d,"kind":%q,"visitor":%q%s}`, begin+after, kind, visitor, rest)
}

// snapshot is a line that tells of a head and of calls.
func snapshot(after, head, called, admitted int, rest string) string {
	return fmt.Sprintf(`{"at":%d,"kind":"frame","frame":{"epoch":1,"last":10,"given":10,"heads":[%d,0,0,0,0,0,0,0],"called":%d,`+
		`"admitted":%d,"version":1,"cursor":1,"phase":"open","quota":50,"per":1,"booked":1,"reports":1,"share":1000,`+
		`"pace":{"mode":"run","rate":6,"max_inside":100,"burst":1}%s}}`, begin+after, 1<<22+head, called, admitted, rest)
}

// planted plays the morning, changes its journal and puts lines beside it as a second gateway's.
func planted(t *testing.T, change func(own string) string, lines ...string) []string {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { morning(t, dir) })
	own := files(t, dir)[0]
	data, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(data), "\n")
	head = strings.NewReplacer(`"process":"`, `"process":"b`, `"embedded":true`, `"embedded":false`).Replace(head)
	text := strings.Join(append([]string{head}, append(lines, `{"at":0,"kind":"end"}`)...), "\n") + "\n"
	beside := filepath.Join(dir, "beside.jsonl")
	if err := errors.Join(os.WriteFile(own, []byte(change(string(data))), 0o600), os.WriteFile(beside, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return []string{beside, own}
}

func TestEveryPlantedWrongIsFound(t *testing.T) {
	end := `{"at":0,"kind":"end"}`
	states := map[string]func(string) string{
		"in order": func(own string) string { return own },
		"killed":   func(own string) string { return strings.Replace(own, end+"\n", "", 1) },
		"broken":   func(own string) string { return strings.Replace(own, end+"\n", `{"at":12,"ki`, 1) },
	}
	for rule, lines := range map[string][]string{
		"a number was given twice": {said(81_000, "join", stranger, `,"epoch":1,"number":3,"state":"waiting"`)},
		"has got number 11 too":    {said(81_000, "join", ninth, `,"epoch":1,"number":11,"state":"waiting"`)},
		"numbers have gaps":        {said(81_000, "join", stranger, `,"epoch":1,"number":20,"state":"waiting"`)},
		"a place was overtaken": {
			snapshot(90_000, 9, 8, 6, ""), said(90_500, "keep", ninth, `,"epoch":1,"number":9,"state":"waiting"`),
		},
		"calls more than burst": {snapshot(81_000, 7, 20, 6, "")},
		"entries more than":     {snapshot(81_000, 7, 7, 20, "")},
		"came when it must not": {snapshot(81_000, 7, 7, 6, `,"hold":946684999000`), snapshot(91_000, 8, 8, 6, "")},
		"reports were counted":  {strings.Replace(snapshot(89_000, 7, 7, 6, ""), `"reports":1`, `"reports":2`, 1)},
		"was inside until": {
			said(81_000, "claim", first, fmt.Sprintf(`,"epoch":1,"number":1,"state":"inside","until":%d`, begin+900_000)),
		},
		"a stay that was ended for good was renewed": {
			said(81_000, "finish", first, ""),
			said(81_500, "renew", first, fmt.Sprintf(`,"state":"spent","reason":"finished","told":%d`, begin+81_500)),
			said(87_000, "renew", first, fmt.Sprintf(`,"state":"inside","told":%d,"until":%d`, begin+87_000, begin+687_000)),
		},
		"a valid pass was refused": {said(81_000, "renew", first, fmt.Sprintf(`,"state":"spent","reason":"expired","started":%d`, begin+20_000))},
		"a place was lost":         {said(81_000, "keep", first, `,"epoch":1,"number":1,"state":"spent"`)},
		"a shown position rose": {
			said(81_000, "shown", ninth, `,"epoch":1,"number":9,"ahead":1`), said(82_000, "shown", ninth, `,"epoch":1,"number":9,"ahead":3`),
		},
	} {
		for state, change := range states {
			out, err := command(planted(t, change, lines...)...)
			if !errors.Is(err, check.ErrBroken) || !strings.Contains(out, rule) {
				t.Errorf("%s, journal %s: %v\n%.900s", rule, state, err, out)
			}
		}
	}
	same := func(own string) string { return own }
	if out, err := command(planted(t, same, snapshot(90_000, 8, 8, 6, ""))...); err != nil {
		t.Errorf("an honest second gateway: %v\n%.900s", err, out)
	}
}

func TestWhatIsNoJournalOfTheRoomIsRefusedWithItsName(t *testing.T) {
	same := func(own string) string { return own }
	replaced := func(from, to string) func(string) string {
		return func(own string) string {
			if !strings.Contains(own, from) {
				t.Fatalf("no %s to replace", from)
			}
			return strings.Replace(own, from, to, 1)
		}
	}
	for want, paths := range map[string][]string{
		"is of room anders":      planted(t, replaced(`"room":"termine"`, `"room":"anders"`)),
		"no room":                planted(t, replaced(`"room":"termine"`, `"room":""`)),
		"is of format":           append(planted(t, same), recorded(t, same)...),
		"other times":            append(recorded(t, same), recorded(t, replaced(`"Idle":600000000000`, `"Idle":700000000000`))...),
		"timing":                 recorded(t, replaced(`"Absent":600000000000`, `"Absent":0`)),
		"journal version 3":      planted(t, replaced(`"journal":2`, `"journal":3`)),
		"no header of a journal": planted(t, func(string) string { return "something else\n" }),
		"follows the end":        planted(t, func(own string) string { return own + said(1, "leave", first, "") + "\n" }),
		"time of the store":      planted(t, same, said(1<<62, "leave", first, "")),
		"a clock was wrong":      planted(t, same, `{"at":1000,"kind":"leave","visitor":"`+first+`"}`),
		"the same journal as":    append(planted(t, same), planted(t, same)...),
	} {
		if out, err := command(paths...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v\n%.300s", want, err, out)
		}
	}
}

// recorded is the journals of the release before the port of today, the first of them changed, with lines put behind it.
func recorded(t *testing.T, change func(string) string, lines ...string) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	for i, name := range []string{"termine-1.jsonl", "termine-2.jsonl"} {
		data, err := os.ReadFile(filepath.Join("../../pkg/queue/journal/testdata/2026-11-28", name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if i == 0 {
			end := `{"at":0,"kind":"end"}`
			text = strings.Replace(change(text), end, strings.Join(append(lines, end), "\n"), 1)
		}
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

func TestJournalsOfTheReleaseBeforeAreHeldToItsRules(t *testing.T) {
	same := func(own string) string { return own }
	out, err := command(recorded(t, same)...)
	if err != nil || !strings.Contains(out, "No rule of the line was broken") || !strings.Contains(out, "| arrived and got a number | 30 |") {
		t.Errorf("%v\n%s", err, out)
	}
	// Pace was paid at the call: with a burst of 100 and nothing a minute, 200 calls are too many.
	const figures = `{"epoch":28619992,"last":30,"head":120040946925580,"waiting":16,"calls":5,"inside":3,"joined":30,"called":%d,` +
		`"control":{"version":4,"mode":"pause","pace":{"rate":6000,"max_inside":8,"burst":100},"message":"Bitte Ausweis bereithalten – danke","seed":"0697a2b794f8f140"}}`
	for rule, line := range map[string]string{
		"calls more than burst 100": fmt.Sprintf(`{"at":1795845600950,"kind":"frame","frame":`+figures+`}`, 2000),
		"a number was given twice":  fmt.Sprintf(`{"at":1795845600950,"kind":"join","visitor":%q,"epoch":28619992,"number":3,"state":"waiting"}`, stranger),
	} {
		out, err := command(recorded(t, same, line)...)
		if !errors.Is(err, check.ErrBroken) || !strings.Contains(out, rule) {
			t.Errorf("%s: %v\n%.900s", rule, err, out)
		}
	}
}
