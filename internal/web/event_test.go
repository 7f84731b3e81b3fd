package web

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// readEvent reads a calendar file as RFC 5545 has it: lines of at most 75 octets that end in CRLF, some of which go on in the next.
func readEvent(t *testing.T, file string) map[string]string {
	t.Helper()
	if !strings.HasSuffix(file, "\r\n") || strings.Count(file, "\n") != strings.Count(file, "\r\n") {
		t.Fatalf("a line does not end in CRLF: %q", file)
	}
	for line := range strings.SplitSeq(file, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("%d octets, at most 75 and whole characters may be: %q", len(line), line)
		}
	}
	values, within := map[string]string{}, []string{}
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(file, "\r\n ", ""), "\r\n"), "\r\n") {
		name, value, found := strings.Cut(line, ":")
		switch {
		case !found || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "":
			t.Fatalf("%q is no line of a calendar", line)
		case name == "BEGIN":
			within = append(within, value)
		case name == "END":
			if len(within) == 0 || within[len(within)-1] != value {
				t.Fatalf("%q ends, within %q", value, within)
			}
			within = within[:len(within)-1]
		default:
			values[strings.Join(within, "/")+":"+name] = plainText.Replace(value)
		}
	}
	if len(within) != 0 {
		t.Errorf("%q has no end", within)
	}
	return values
}

// plainText is what a calendar reads in a value.
var plainText = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n")

func anEvent() *Event {
	return &Event{
		Coming: Coming{Now: monday, Opens: monday.Add(24 * time.Hour), Begins: monday.Add(25 * time.Hour)},
		ID:     "8f3a@einlass", URL: "https://termine.example.org/buchen",
	}
}

func TestAnEventIsReadByCalendars(t *testing.T) {
	site := testSite()
	site.Title, site.Languages = `Bürgerbüro "Süd"; Pässe, Ausweise \ Führerscheine und Fahrzeug-Zulassungen`, []string{"de", "en"}
	p := mustNew(t, site)
	got := readEvent(t, string(p.AppendEvent(nil, 0, anEvent())))
	for name, want := range map[string]string{
		"VCALENDAR:VERSION": "2.0", "VCALENDAR:PRODID": "-//Einlass//Einlass//EN",
		"VCALENDAR/VEVENT:UID": "8f3a@einlass", "VCALENDAR/VEVENT:DTSTAMP": "20270614T054755Z",
		"VCALENDAR/VEVENT:DTSTART": "20270615T054755Z", "VCALENDAR/VEVENT:DTEND": "20270615T064755Z",
		"VCALENDAR/VEVENT:SUMMARY": "Warteschlange: " + site.Title, "VCALENDAR/VEVENT/VALARM:DESCRIPTION": "Warteschlange: " + site.Title,
		"VCALENDAR/VEVENT/VALARM:TRIGGER": "-PT10M", "VCALENDAR/VEVENT/VALARM:ACTION": "DISPLAY",
		"VCALENDAR/VEVENT:URL":         "https://termine.example.org/buchen",
		"VCALENDAR/VEVENT:DESCRIPTION": "Hier öffnet die Warteschlange:\nhttps://termine.example.org/buchen",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	e := anEvent()
	e.Opens = e.Now // it is open, or there is no lobby
	got = readEvent(t, string(p.AppendEvent(nil, 1, e)))
	if end, has := got["VCALENDAR/VEVENT:DTEND"]; has || got["VCALENDAR/VEVENT:DTSTART"] != "20270615T064755Z" || !strings.HasPrefix(got["VCALENDAR/VEVENT:SUMMARY"], "Queue: ") {
		t.Errorf("without a lobby: ends %q\n%v", end, got)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add("Termine", "https://a.test/x")
	f.Add(strings.Repeat("ä", 60), "https://a.test/"+strings.Repeat("%C3%A4", 20))
	f.Add(strings.Repeat("€", 40)+"x", "")
	f.Add(`\,;\n`, "https://a.test/,;")
	lib := mustLibrary(f)
	f.Fuzz(func(t *testing.T, title, path string) {
		site := testSite()
		site.Title = title
		p, err := lib.Site(site)
		if err != nil || !utf8.ValidString(path) || !printable(path) {
			t.Skip("refused before")
		}
		e := anEvent()
		e.URL += path
		got := readEvent(t, string(p.AppendEvent(nil, 0, e)))
		if summary := got["VCALENDAR/VEVENT:SUMMARY"]; !strings.HasSuffix(summary, ": "+title) {
			t.Errorf("%q is read as %q", title, summary)
		}
		if text := got["VCALENDAR/VEVENT:DESCRIPTION"]; !strings.HasSuffix(text, "\n"+e.URL) {
			t.Errorf("%q is read as %q", e.URL, text)
		}
	})
}

// The link leads to the entry of what the page names, and is there only where it names a time.
func TestPagesLinkTheEntryOfWhatTheyName(t *testing.T) {
	p := mustNew(t, testSite())
	const link = `<p id="calendar"><a href="/.einlass/next.ics?room=termine&amp;lang=en&amp;at=1813042075">Add to calendar</a></p>`
	c := Coming{Now: monday, Opens: monday.Add(24 * time.Hour), Begins: monday.Add(25 * time.Hour), Kept: true}
	for s := range pageStates {
		w := inTheLine()
		w.State, w.Coming, w.Shut = s, c, true
		named := nextOf(&w.Status) != nextNothing
		body := string(p.AppendWait(nil, 0, w))
		if has := strings.Contains(body, link); has != named {
			t.Errorf("%s names a time: %v, and has the link: %v", s, named, has)
		}
		w.Coming = Coming{Now: monday}
		if body := string(p.AppendWait(nil, 0, w)); !strings.Contains(body, `<p id="calendar" hidden>`) {
			t.Errorf("%s has a link to nothing", s)
		}
	}
	for why := range endings {
		if body := string(p.AppendOver(nil, 0, &Placeless{Why: why, Join: "/a", Shut: SoldOut, Coming: c})); !strings.Contains(body, link) {
			t.Errorf("%s has no link:\n%s", endingNames[why], body)
		}
	}
}

// The link is hidden, but programs that read the page follow it all the same.
func TestAPageWithoutATimeOfWhatComesNextLinksToNone(t *testing.T) {
	p := mustNew(t, testSite())
	for name, at := range map[string]time.Time{"no time": {}, "a time": monday} {
		page := string(p.AppendWait(nil, 0, &Wait{Target: "/", Status: Status{Coming: Coming{Begins: at}}}))
		if strings.Contains(page, "at=-") {
			t.Errorf("%s: the page has another link", name)
		}
	}
}
