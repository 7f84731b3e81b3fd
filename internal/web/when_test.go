package web

import (
	"strings"
	"testing"
	"time"

	_ "time/tzdata"
)

// monday is the server's clock in tests, some minutes before eight in the zone of the room.
var monday = time.Date(2027, time.June, 14, 7, 47, 55, 0, mustZone("Europe/Berlin"))

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// What comes next is said with its time, with the date unless that is today's, and with the year unless that is this one.
func TestEachStateSaysWhatComesNext(t *testing.T) {
	on := func(y int, m time.Month, d, h, min int) time.Time {
		return time.Date(y, m, d, h, min, 0, 0, monday.Location())
	}
	eight, eleven := on(2027, time.June, 14, 8, 0), on(2027, time.June, 14, 11, 0)
	lobby, tuesday, newYear := on(2027, time.June, 15, 7, 30), on(2027, time.June, 15, 8, 5), on(2028, time.January, 3, 14, 0)
	const shut = State(255) // Ended, and no numbers are given
	for _, test := range []struct {
		state  State
		coming Coming
		de, en string
	}{
		{Lobby, Coming{Begins: eight}, "Los geht es um 8:00 Uhr.", "It starts at 8:00."},
		{Lots, Coming{Begins: tuesday}, "Los geht es am Dienstag, 15. Juni, um 8:05 Uhr.", "It starts on Tuesday 15 June at 8:05."},
		{Lobby, Coming{Begins: monday}, "", ""},
		{Closed, Coming{Opens: lobby, Begins: tuesday}, "Die Warteschlange öffnet am Dienstag, 15. Juni, um 7:30 Uhr. Die ersten kommen um 8:05 Uhr an die Reihe.", "The queue opens on Tuesday 15 June at 7:30. The first people have their turn at 8:05."},
		{Closed, Coming{Begins: eight}, "Die Warteschlange öffnet um 8:00 Uhr.", "The queue opens at 8:00."},
		{Closed, Coming{Begins: newYear}, "Die Warteschlange öffnet am Montag, 3. Januar 2028, um 14:00 Uhr.", "The queue opens on Monday 3 January 2028 at 14:00."},
		{Closed, Coming{}, "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "We do not know yet when the queue opens again."},
		{Early, Coming{}, "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "We do not know yet when the queue opens again."},
		{Early, Coming{Begins: tuesday}, "Die Warteschlange öffnet am Dienstag, 15. Juni, um 8:05 Uhr.", "The queue opens on Tuesday 15 June at 8:05."},
		{Limit, Coming{}, "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "We do not know yet when the queue opens again."},
		{Limit, Coming{Opens: lobby, Begins: tuesday}, "Die Warteschlange öffnet am Dienstag, 15. Juni, um 7:30 Uhr. Die ersten kommen um 8:05 Uhr an die Reihe.", "The queue opens on Tuesday 15 June at 7:30. The first people have their turn at 8:05."},
		{SoldOut, Coming{Begins: eleven}, "Mehr gibt es um 11:00 Uhr. Dann öffnet die Warteschlange wieder.", "There will be more at 11:00. The queue opens again then."},
		{SoldOut, Coming{Opens: lobby, Begins: tuesday}, "Mehr gibt es am Dienstag, 15. Juni, um 8:05 Uhr. Die Warteschlange öffnet um 7:30 Uhr.", "There will be more on Tuesday 15 June at 8:05. The queue opens at 7:30."},
		{SoldOut, Coming{}, "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "We do not know yet when the queue opens again."},
		{shut, Coming{Begins: tuesday}, "Die Warteschlange öffnet am Dienstag, 15. Juni, um 8:05 Uhr.", "The queue opens on Tuesday 15 June at 8:05."},
		{shut, Coming{}, "Wann die Warteschlange wieder öffnet, wissen wir noch nicht.", "We do not know yet when the queue opens again."},
		{Ended, Coming{Begins: tuesday}, "Los geht es am Dienstag, 15. Juni, um 8:05 Uhr.", "It starts on Tuesday 15 June at 8:05."},
		{Ended, Coming{}, "", ""},
		{Between, Coming{Begins: eleven, Kept: true}, "Weiter geht es um 11:00 Uhr.", "It goes on at 11:00."},
		{Between, Coming{}, "Wann es weitergeht, wissen wir noch nicht.", "We do not know yet when it goes on."},
		{Refill, Coming{Begins: eleven, Kept: true}, "Weiter geht es um 11:00 Uhr.", "It goes on at 11:00."},
		{Booked, Coming{Begins: tuesday}, "Das nächste Mal öffnet die Warteschlange am Dienstag, 15. Juni, um 8:05 Uhr. Dann brauchen Sie eine neue Nummer.", "The next time, the queue opens on Tuesday 15 June at 8:05. You will need a new number then."},
		{Standby, Coming{}, "", ""},
		{Waiting, Coming{Begins: eleven}, "", ""},
	} {
		test.coming.Now = monday
		site := testSite()
		site.Languages = []string{"de", "en"}
		p := mustNew(t, site)
		status := Status{State: test.state, Coming: test.coming}
		if test.state == shut {
			status.State, status.Shut = Ended, true
		}
		for lang, want := range []string{test.de, test.en} {
			page := string(p.AppendWait(nil, Lang(lang), &Wait{Status: status, Target: "/"}))
			_, said, _ := strings.Cut(page, `id="coming">`)
			said, _, _ = strings.Cut(said, "</p>")
			if strings.Contains(page, `<p id="coming" hidden>`) {
				said = ""
			}
			if got := withoutTimes(said); got != want {
				t.Errorf("%s says %q, want %q", test.state, got, want)
			}
			if want != "" && !test.coming.Begins.IsZero() && !strings.Contains(said, `<time datetime="`+test.coming.Begins.Format(time.RFC3339)+`">`) {
				t.Errorf("%s: no machine can read the time in %q", test.state, said)
			}
		}
	}
}

// withoutTimes takes the marks of times out of a sentence.
func withoutTimes(html string) string {
	for {
		before, rest, found := strings.Cut(html, `<time datetime="`)
		if !found {
			return strings.ReplaceAll(html, "</time>", "")
		}
		_, rest, _ = strings.Cut(rest, `">`)
		html = before + rest
	}
}

// What begins in more than a day is not counted down.
func TestOnlyADayIsCountedDown(t *testing.T) {
	p := mustNew(t, testSite())
	for left, counted := range map[time.Duration]bool{time.Second: true, 24 * time.Hour: true, 24*time.Hour + time.Second: false, -time.Second: false} {
		s := Status{State: Between, Coming: Coming{Now: monday, Begins: monday.Add(left)}}
		if got := strings.Contains(string(p.AppendStatus(nil, 0, &s)), `"starts":`); got != counted {
			t.Errorf("%v before: counted %v", left, got)
		}
		page := string(p.AppendWait(nil, 0, &Wait{Status: s, Target: "/"}))
		if hidden := strings.Contains(page, `id="starts-fact" data-in="behind lobby lots between refill" hidden`); hidden == counted {
			t.Errorf("%v before: hidden %v", left, hidden)
		}
	}
}
