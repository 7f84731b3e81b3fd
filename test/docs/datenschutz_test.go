package docs

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/placelink"
	"github.com/einlass/einlass/internal/staff"
)

const datenschutz = "../../docs/de/datenschutz.md"

// sheet is the privacy sheet of a town.
func sheet(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(datenschutz)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section is what stands below a heading of the second rank.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, after, found := strings.Cut(text, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("there is no section %s", heading)
	}
	before, _, _ := strings.Cut(after, "\n## ")
	return before
}

var (
	term = regexp.MustCompile("(?m)^\\| `?([^|`]+?)`? \\| (\\d+) (\\S+) \\|")
	unit = map[string]time.Duration{
		"Tage": 24 * time.Hour, "Stunde": time.Hour, "Stunden": time.Hour, "Minuten": time.Minute,
	}
)

// How long what is kept, as a town writes it into its record of processing, is what the program does unless it is told otherwise.
func TestThePrivacySheetSaysHowLongWhatIsKept(t *testing.T) {
	c, room := config.Default(), config.DefaultRoom()
	want := map[string]time.Duration{
		"rooms[].ticket_life":                   room.TicketLife,
		"rooms[].absent_after":                  room.AbsentAfter,
		"rooms[].session.idle":                  room.Session.Idle,
		"rooms[].session.resume":                room.Session.Resume,
		"rooms[].session.max":                   room.Session.Max,
		"journal.retention":                     c.Journal.Retention,
		"audit.retention":                       c.Audit.Retention,
		"Verlauf":                               history.Kept,
		"Sitzung der Bediensteten ohne Anfrage": staff.SessionIdle,
		"Sitzung der Bediensteten insgesamt":    staff.SessionLife,
		"Link zu einem Platz":                   placelink.Life,
	}
	for _, row := range term.FindAllStringSubmatch(section(t, sheet(t), "Fristen"), -1) {
		n, err := strconv.Atoi(row[2])
		if err != nil || unit[row[3]] == 0 {
			t.Errorf("%s: what time is %s %s?", row[1], row[2], row[3])
		}
		if got, known := want[row[1]]; !known || got != time.Duration(n)*unit[row[3]] {
			t.Errorf("the sheet says %s %s of %s, the program %v", row[2], row[3], row[1], got)
		}
		delete(want, row[1])
	}
	for name := range want {
		t.Errorf("the sheet does not say how long %s is", name)
	}
}

// internal/gateway holds the visitors' cookies to the sheet.
func TestThePrivacySheetNamesTheCookieOfOperators(t *testing.T) {
	if !strings.Contains(section(t, sheet(t), "Cookies"), "\n| `"+adminapi.CookieName+"` |") {
		t.Errorf("the sheet does not name %s", adminapi.CookieName)
	}
}
