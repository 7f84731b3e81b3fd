package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Whoever gets nothing, or nothing now, reads when it goes on, or that nobody knows, and whom to ask. A page that only waits for the hour
// needs nobody.
func TestEveryPageOfAnEndSaysWhatComesNextAndWhomToAsk(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	tomorrow := Coming{Now: monday, Opens: monday.Add(24 * time.Hour), Begins: monday.Add(25 * time.Hour)}
	for state, want := range map[State]struct{ known, unknown, asks string }{
		Standby: {"Das nächste Mal öffnet die Warteschlange am Dienstag, 15. Juni, um 8:47 Uhr.", "Wird etwas frei, kommen Sie an die Reihe.", "yes"},
		Booked:  {"Das nächste Mal öffnet die Warteschlange am Dienstag, 15. Juni, um 8:47 Uhr.", "Vielleicht wird wieder etwas frei.", "yes"},
		Refill:  {"Weiter geht es am Dienstag, 15. Juni, um 8:47 Uhr.", "Wann es weitergeht, wissen wir noch nicht.", ""},
		Between: {"Weiter geht es am Dienstag, 15. Juni, um 8:47 Uhr.", "Wann es weitergeht, wissen wir noch nicht.", ""},
		Over:    {"Mehr ist noch nicht geplant.", "Mehr ist noch nicht geplant.", "yes"},
		SoldOut: {"Mehr gibt es am Dienstag, 15. Juni, um 8:47 Uhr. Die Warteschlange öffnet um 7:47 Uhr.", "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "yes"},
		Closed:  {"Die Warteschlange öffnet am Dienstag, 15. Juni, um 7:47 Uhr.", "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "yes"},
		Early:   {"Die Warteschlange öffnet am Dienstag, 15. Juni, um 7:47 Uhr.", "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "yes"},
		Limit:   {"Die Warteschlange öffnet am Dienstag, 15. Juni, um 7:47 Uhr.", "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "yes"},
		Ended:   {"Die Warteschlange öffnet am Dienstag, 15. Juni, um 7:47 Uhr.", "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "yes"},
	} {
		w := inTheLine()
		w.State, w.Shut = state, true
		for _, c := range []Coming{tomorrow, {Now: monday}} {
			sentence := want.known
			if w.Coming = c; c.Begins.IsZero() {
				sentence = want.unknown
			}
			body := string(p.AppendWait(nil, 0, w))
			read := timeTags.ReplaceAllString(body, "")
			if !strings.Contains(read, sentence) {
				t.Errorf("%s: %q is not in\n%s", state, sentence, body)
			}
			asks := strings.Contains(body, `standby booked ended closed early limit soldout"><p>Sie können auch hier fragen: <a href="tel:115">115</a>`)
			if asks != (want.asks != "") {
				t.Errorf("%s names whom to ask: %v", state, asks)
			}
			if said := saidByPoll(t, p.AppendStatus(nil, 0, &w.Status)); !strings.Contains(said, sentence) {
				t.Errorf("%s: the poll does not say %q:\n%s", state, sentence, said)
			}
		}
	}
	site.Contact = ""
	w := inTheLine()
	w.State = Booked
	if body := string(mustNew(t, site).AppendWait(nil, 0, w)); strings.Contains(body, "Sie können auch hier fragen") {
		t.Error("nobody is named, and the page says to ask there")
	}
}

// saidByPoll is what a page says by a poll of its state and of what comes next.
func saidByPoll(t *testing.T, poll []byte) string {
	t.Helper()
	var got struct {
		Words struct {
			Lead string
			Next []string
		}
	}
	if err := json.Unmarshal(poll, &got); err != nil {
		t.Fatal(err)
	}
	said := got.Words.Lead + " "
	for i, part := range got.Words.Next {
		if i%3 != 1 { // a time as a machine reads it
			said += part
		}
	}
	return said
}
