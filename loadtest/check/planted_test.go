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

// visitors of the morning: the first six are inside at its end, the seventh waits; a stranger never came.
const (
	first    = "AQAAAAAAAAAAAAAAAAAAAA"
	seventh  = "BwAAAAAAAAAAAAAAAAAAAA"
	stranger = "YwAAAAAAAAAAAAAAAAAAAA"
)

// said is a line of a journal, so many milliseconds after the beginning.
func said(after int, kind, visitor, rest string) string {
	return fmt.Sprintf(`{"at":%d,"kind":%q,"visitor":%q%s}`, begin+after, kind, visitor, rest)
}

// snapshot is a line that tells of a head and of calls.
func snapshot(after, head, called int) string {
	return fmt.Sprintf(`{"at":%d,"kind":"frame","frame":{"epoch":1,"last":10,"head":%d,"called":%d,"inside":6,`+
		`"control":{"version":1,"mode":"run","pace":{"rate":6,"max_inside":100,"burst":1}}}}`, begin+after, 1<<22+head, called)
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
		"a number was given twice": {said(61_000, "join", stranger, `,"epoch":1,"number":3,"state":"waiting"`)},
		"has got number 11 too":    {said(61_000, "join", seventh, `,"epoch":1,"number":11,"state":"waiting"`)},
		"numbers have gaps":        {said(61_000, "join", stranger, `,"epoch":1,"number":20,"state":"waiting"`)},
		"a place was overtaken": {
			snapshot(70_000, 8, 7), said(70_500, "keep", seventh, `,"epoch":1,"number":7,"state":"waiting"`),
		},
		"more were called than the pace allows": {snapshot(61_000, 6, 20)},
		"was inside until": {
			said(61_000, "claim", first, fmt.Sprintf(`,"epoch":1,"number":1,"state":"inside","until":%d`, begin+900_000)),
		},
		"a stay that was ended for good was renewed": {
			said(61_000, "finish", first, ""),
			said(67_000, "renew", first, fmt.Sprintf(`,"state":"inside","until":%d`, begin+900_000)),
		},
		"a place was lost": {said(61_000, "keep", first, `,"epoch":1,"number":1,"state":"spent"`)},
		"a shown position rose": {
			said(61_000, "shown", seventh, `,"epoch":1,"number":7,"ahead":1`), said(62_000, "shown", seventh, `,"epoch":1,"number":7,"ahead":3`),
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
	if out, err := command(planted(t, same, snapshot(70_000, 7, 7))...); err != nil {
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
		"other times":            planted(t, replaced(`"Idle":600000000000`, `"Idle":700000000000`)),
		"no room":                planted(t, replaced(`"room":"termine"`, `"room":""`)),
		"timing":                 planted(t, replaced(`"Absent":600000000000`, `"Absent":0`)),
		"journal version 2":      planted(t, replaced(`"journal":1`, `"journal":2`)),
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
