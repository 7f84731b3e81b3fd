package web

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// inTheLine is somebody in the middle of the line.
func inTheLine() *Wait {
	return &Wait{
		Status: Status{
			State: Waiting, Number: 128340, Ahead: 1234, Exact: true, Low: 12 * time.Minute, High: 18 * time.Minute,
			Next: 15 * time.Second, Now: monday, Zoned: true,
		},
		Target: "/termine?ort=3",
	}
}

// everyPage is every page in every language and state, by a name.
func everyPage(p *Site) map[string][]byte {
	pages := map[string][]byte{}
	for i, l := range p.langs {
		lang := Lang(i)
		for s := range pageStates {
			w := inTheLine()
			w.State, w.Message, w.Stale, w.ClaimLeft = s, "Bitte Ausweis bereithalten", true, 5*time.Minute
			w.Draw = DrawComes
			w.Last, w.Came, w.Join, w.Coming = true, 48123, "/.einlass/join", Coming{Now: monday, Begins: monday.Add(12 * time.Minute)}
			pages[l.tag+" "+s.String()] = p.AppendWait(nil, lang, w)
		}
		for _, status := range errorStatuses {
			pages[fmt.Sprint(l.tag, " error ", status)] = p.AppendError(nil, lang, status, "ref")
		}
		in := Interruption{Status: 502, Target: "/a", Back: "/b", Next: 5 * time.Second, Ref: "ref"}
		pages[l.tag+" retry"] = p.AppendInterruption(nil, lang, &in)
		in.Form = true
		pages[l.tag+" form"] = p.AppendInterruption(nil, lang, &in)
		pages[l.tag+" lapsed"] = p.AppendPassEnded(nil, lang, &PassEnded{Start: "/a"})
		pages[l.tag+" form early"] = p.AppendPassEnded(nil, lang, &PassEnded{Start: "/a", Why: FormEarly})
		pages[l.tag+" form in line"] = p.AppendPassEnded(nil, lang, &PassEnded{Start: "/a", Why: FormInLine})
		for why, name := range endingNames {
			pages[l.tag+" over "+name] = p.AppendOver(nil, lang, &Placeless{Why: Ending(why), Join: "/a"})
			pages[l.tag+" over and shut "+name] = p.AppendOver(nil, lang, &Placeless{Why: Ending(why), Join: "/a", Shut: SoldOut, Coming: Coming{Now: monday, Begins: monday.Add(time.Hour)}})
		}
		for stage, name := range drawStageNames {
			d := aDraw()
			d.Stage = DrawStage(stage)
			pages[l.tag+" draw "+name] = p.AppendDraw(nil, lang, &d)
		}
		pages[l.tag+" press"] = p.AppendPress(nil, lang, "/a")
		pages[l.tag+" window"] = p.AppendWindow(nil, lang, "/a")
		pages[l.tag+" cookies"] = p.AppendCookies(nil, lang, "/a")
	}
	return pages
}

func TestEveryPageIsSmallAndLoadsNothingFromElsewhere(t *testing.T) {
	lib := mustLibrary(t)
	site, err := lib.Site(testSite())
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range everyPage(site) {
		t.Run(name, func(t *testing.T) {
			lang, _, _ := strings.Cut(name, " ")
			checkDocument(t, site, body, lang)
		})
	}
}

func checkDocument(t *testing.T, site *Site, body []byte, lang string) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "style" || n.Data == "script" {
			checkInline(t, site, n)
		}
		for _, a := range n.Attr {
			checkAttribute(t, n, a)
			if a.Key == "id" && ids[a.Val] {
				t.Errorf("id %q is there twice", a.Val)
			} else if a.Key == "id" {
				ids[a.Val] = true
			}
			if n.Data == "html" && a.Key == "lang" && a.Val != lang {
				t.Errorf("lang is %q, want %q", a.Val, lang)
			}
		}
	}
	// Times of day are filled in by the script.
	if bytes.ContainsAny(regexp.MustCompile(` data-text="[^"]*"|<style>.*?</style>|<script>.*?</script>`).ReplaceAll(body, nil), "\x00{}") {
		t.Error("the page still has a slot or a placeholder")
	}
}

// checkInline holds a style or a script against the policy that its page is sent with.
func checkInline(t *testing.T, site *Site, n *html.Node) {
	t.Helper()
	if n.FirstChild == nil || len(n.Attr) != 0 {
		t.Errorf("a <%s> that is empty or has attributes", n.Data)
		return
	}
	_, rule, _ := strings.Cut(site.Headers()[1], n.Data+"-src ")
	rule, _, _ = strings.Cut(rule, ";")
	if !slices.Contains(strings.Fields(rule), hashSource(n.FirstChild.Data)) {
		t.Errorf("the policy does not allow this <%s>: %s", n.Data, rule)
	}
}

func checkAttribute(t *testing.T, n *html.Node, a html.Attribute) {
	t.Helper()
	switch {
	case a.Key == "style", strings.HasPrefix(a.Key, "on"):
		t.Errorf("<%s> has an inline %s", n.Data, a.Key)
	case a.Key == "src", a.Key == "href" && n.Data == "link":
		if !strings.HasPrefix(a.Val, "data:image/") {
			t.Errorf("<%s> loads %q: a page is one answer", n.Data, a.Val)
		}
	case a.Key == "href", a.Key == "action":
		if !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "tel:") {
			t.Errorf("<%s> leads to %q", n.Data, a.Val)
		}
	}
}

func TestAWaitingPageSaysEverythingInItsHTML(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	body := string(mustNew(t, site).AppendWait(nil, 0, inTheLine()))
	for _, want := range []string{
		`<html lang="de" dir="ltr">`,
		"<title>1.234 vor Ihnen · Bürgerbüro Musterstadt</title>",
		`<meta http-equiv="refresh" content="15;url=/termine?ort=3"></noscript>`,
		"<b>1.234</b> Personen", "ungefähr 12 bis 18 Minuten", `id="number">128.340<`,
		"alle 15 Sekunden", `<form method="post" action="/.einlass/leave?room=termine">`, `href="tel:115"`,
		`data-poll="/.einlass/status?room=termine&amp;lang=de&amp;shown="`, `data-ahead="1234"`, `data-next="15000"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestWhatIsUnknownIsNotShown(t *testing.T) {
	p := mustNew(t, testSite())
	w := &Wait{Status: Status{State: Waiting, Ahead: -1}, Target: "/"}
	body := string(p.AppendWait(nil, 0, w))
	for _, want := range []string{
		`id="ahead-fact" data-in="waiting front paused down recovering lobby late between refill standby booked" hidden`, `id="number-fact" hidden`,
		`You keep your place." hidden>`, `id="message-box" hidden`, "not known yet", `<div class="bare"><p hidden>`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "http-equiv") {
		t.Error("the page reloads without being told when")
	}
}

func TestAnInexactCountIsSaidToBeOne(t *testing.T) {
	p := mustNew(t, testSite())
	w := inTheLine()
	w.Exact, w.Ahead = false, 12345
	body := string(p.AppendWait(nil, 0, w))
	if !strings.Contains(body, "about <b>12,400</b> people") || strings.Contains(body, ">12,345<") {
		t.Error("12345, inexact, is not shown as about 12,400")
	}
	w.Exact, w.Ahead = true, 1
	if body := string(p.AppendWait(nil, 0, w)); !strings.Contains(body, "<b>1</b> person<") {
		t.Error("one person is not in the singular")
	}
	w.Ahead = 0
	if body := string(p.AppendWait(nil, 0, w)); !strings.Contains(body, "Nobody. You are next.") {
		t.Error("nobody ahead is not said")
	}
}

func TestThoseWhoCameBackAreSaid(t *testing.T) {
	p := mustNew(t, testSite())
	for more, want := range map[int]string{
		0:    ` hidden>`,
		1:    ">1 person who has come back goes before you.<",
		1298: ">1,298 people who have come back go before you.<",
	} {
		w := inTheLine()
		w.More = more
		want = `id="more" class="note" data-in="waiting paused down recovering late between refill standby booked"` + want
		if body := string(p.AppendWait(nil, 0, w)); !strings.Contains(body, want) {
			t.Errorf("with %d the page lacks %s", more, want)
		}
	}
}

func TestAFullSiteIsSaidInWords(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	for _, s := range []State{Waiting, Front} {
		w := &Wait{Status: Status{State: s, Ahead: 8, Full: true}, Target: "/"}
		if body := string(p.AppendWait(nil, 0, w)); !strings.Contains(body, `id="estimate">Im Moment ist kein Platz frei. Wie lange es dauert, wissen wir noch nicht.<`) {
			t.Errorf("%s: a full site is not said", s)
		}
	}
}

func TestALobbySaysHowManyCameAndWhenItStarts(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	for left, want := range map[time.Duration]string{
		time.Second: "weniger als eine Minute", 12 * time.Minute: "ungefähr 12 Minuten", time.Minute + time.Second: "ungefähr 2 Minuten",
		90 * time.Minute: "ungefähr 1 Stunde 30 Minuten", 14 * time.Hour: "ungefähr 14 Stunden",
	} {
		w := &Wait{Status: Status{State: Lots, Ahead: -1, Came: 48123, Coming: Coming{Now: monday, Begins: monday.Add(left)}}, Target: "/"}
		body := string(p.AppendWait(nil, 0, w))
		for _, want := range []string{
			`">` + want + "</span></dd>", `<dd id="came">48.123 Personen</dd>`, `id="number-fact" hidden`, `id="starts-fact" data-in="behind lobby lots between refill">`,
		} {
			if !strings.Contains(body, want) {
				t.Errorf("%v before the start the page lacks %q", left, want)
			}
		}
	}
	body := string(p.AppendWait(nil, 0, &Wait{Status: Status{State: Drawing, Ahead: -1}, Target: "/"}))
	if !strings.Contains(body, `id="starts-fact" data-in="behind lobby lots between refill" hidden`) || !strings.Contains(body, `id="came-fact" data-in="behind lobby lots drawing" hidden`) {
		t.Error("what is not known is shown")
	}
}

// Most of a URL of our own stands in the page, which is compressed better than a value.
func TestOwnURLsAreWholeInThePage(t *testing.T) {
	p := mustNew(t, testSite())
	w := inTheLine()
	w.Join, w.Switch = "/.einlass/join?room=termine&to=/a?b=1", "/.einlass/still?room=termine&still=&held=&to=/a?b=1"
	body := string(p.AppendWait(nil, 0, w))
	for _, url := range []string{w.Join, w.Switch} {
		if want := ` action="` + strings.ReplaceAll(url, "&", "&amp;") + `"`; strings.Count(body, want) != 1 {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// Where nobody is let in any more nothing may look as if somebody were.
func TestAPageAfterTheLastOpeningPromisesNoTurn(t *testing.T) {
	p := mustNew(t, testSite())
	w := inTheLine()
	w.State, w.More = Over, 3
	body := string(p.AppendWait(nil, 0, w))
	for _, want := range []string{`booked" hidden><dt>Ahead of you`, `id="more" class="note" data-in="waiting paused down recovering late between refill standby booked" hidden`, `<section id="know" data-in="waiting front paused down recovering turn lobby lots drawing late between refill standby booked" hidden`, `<div id="number-fact"><dt>`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
}

// Whoever gets no number for the rest of an opening is not kept before the screen.
func TestWhoGetsNoNumberIsToldNotToWait(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	for _, s := range []State{Early, Limit, SoldOut} {
		for lang, want := range []string{"Sie müssen nicht warten.", "You do not need to wait."} {
			if body := string(p.AppendWait(nil, Lang(lang), &Wait{Status: Status{State: s}, Target: "/"})); !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", s, want)
			}
		}
	}
}

func TestTheLastReturnIsSaidBefore(t *testing.T) {
	p := mustNew(t, testSite())
	for s, shown := range map[State]bool{Front: true, Called: false, Missed: true, Full: true, Waiting: false} {
		for _, last := range []bool{true, false} {
			body := string(p.AppendWait(nil, 0, &Wait{Status: Status{State: s, Last: last}, Target: "/"}))
			if got := strings.Contains(body, `<p id="last" class="note" data-in="front missed full">If you are away`); got != (shown && last) {
				t.Errorf("%s, last %v: said %v", s, last, got)
			}
		}
	}
}

func TestACallSaysHowLongItStandsAndWhatFollows(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de"}
	p := mustNew(t, site)
	for want, st := range map[string]Status{
		"Wir warten noch 2 Minuten auf Sie. Danach kommen Sie trotzdem wieder an die Reihe.":               {ClaimLeft: 179 * time.Second},
		"Wir warten noch 1 Minute auf Sie. Danach gilt Ihre Nummer nicht mehr.":                            {ClaimLeft: time.Minute, Last: true},
		"Wir warten noch weniger als eine Minute auf Sie. Danach kommen Sie trotzdem wieder an die Reihe.": {ClaimLeft: 59 * time.Second},
		"Wir warten noch weniger als eine Minute auf Sie. Danach gilt Ihre Nummer nicht mehr.":             {ClaimLeft: time.Second, Last: true},
	} {
		st.State = Called
		if body := string(p.AppendWait(nil, 0, &Wait{Status: st, Target: "/"})); !strings.Contains(body, `id="claim">`+want+"</p>") {
			t.Errorf("the page lacks %q", want)
		}
		if poll := string(p.AppendStatus(nil, 0, &st)); !strings.Contains(poll, `"claim":"`+want+`"`) {
			t.Errorf("the poll lacks %q: %s", want, poll)
		}
	}
}

func TestAPageWithoutScriptHasAnIntervalOfItsOwn(t *testing.T) {
	p := mustNew(t, testSite())
	body := string(p.AppendWait(nil, 0, &Wait{Status: Status{State: Full, Next: 4 * time.Second}, Reload: 10 * time.Second, Target: "/"}))
	for _, want := range []string{`content="10;url=/"`, `data-next="4000"`, `data-ask="/.einlass/ask?room=termine&amp;lang=en&amp;shown="`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestAPageWithoutScriptSaysThatItTakesLonger(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	w := inTheLine()
	w.Worse, w.Again = true, "/.einlass/wait?said=1.2.3&to=/"
	for lang, want := range []string{"Es dauert länger als gedacht: jetzt ungefähr 12 bis 18 Minuten.", "It is taking longer than expected: now about 12 to 18 minutes."} {
		body := string(p.AppendWait(nil, Lang(lang), w))
		for _, part := range []string{`{e}.">` + want + "</p>", `content="15;url=/.einlass/wait?said=1.2.3&amp;to=/"`, `id="go" href="/termine?ort=3"`} {
			if !strings.Contains(body, part) {
				t.Errorf("the page lacks %q", part)
			}
		}
	}
	w.Worse = false
	if body := string(p.AppendWait(nil, 0, w)); !strings.Contains(body, `jetzt {e}." hidden></p>`) {
		t.Error("what is as expected is said to take longer")
	}
}

func TestWhatOthersWroteIsText(t *testing.T) {
	p := mustNew(t, SiteConfig{
		Title: `<i>"Amt" & Co</i>{n}`, Room: "termine", Contact: `<script>alert(1)</script>`,
	})
	w := inTheLine()
	w.Message = `</p><script>alert(1)</script>`
	w.Target = `/"><script>alert(1)</script>`
	bodies := [][]byte{
		p.AppendWait(nil, 0, w),
		p.AppendError(nil, 0, 400, "<script>"),
		p.AppendInterruption(nil, 0, &Interruption{Status: 502, Target: w.Target, Ref: "<script>"}),
		p.AppendInterruption(nil, 0, &Interruption{Status: 502, Form: true, Back: w.Target, Ref: "<script>"}),
		p.AppendPassEnded(nil, 0, &PassEnded{Start: w.Target}),
		p.AppendOver(nil, 0, &Placeless{Why: EndedLeft, Join: w.Target}), p.AppendOver(nil, 0, &Placeless{Why: EndedLeft, Join: w.Target, Shut: Closed}),
		p.AppendPress(nil, 0, w.Target),
		p.AppendWindow(nil, 0, w.Target),
		p.AppendCookies(nil, 0, w.Target),
	}
	for _, body := range bodies {
		doc, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			switch {
			case n.Type == html.ElementNode && n.Data == "i":
				t.Errorf("an element that others wrote:\n%s", body)
			case n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style"):
				checkInline(t, p, n)
			}
		}
	}
	if !bytes.Contains(bodies[0], []byte("/.einlass/status?room=termine&amp;lang=en&amp;shown=")) {
		t.Error("the room is missing in the poll's URL")
	}
	if !bytes.Contains(bodies[0], []byte("1,234 ahead of you · &lt;i&gt;&#34;Amt&#34; &amp; Co&lt;/i&gt;{n}</title>")) {
		t.Error("a title that looks like a placeholder is not kept as it is")
	}
}

func TestStatesWithoutAPageGetTheNearestOne(t *testing.T) {
	p := mustNew(t, testSite())
	for s, want := range map[State]string{None: "nostore", Inside: "called", State(99): "nostore"} {
		body := p.AppendWait(nil, 0, &Wait{Status: Status{State: s}})
		if !bytes.Contains(body, []byte(`data-state="`+want+`"`)) {
			t.Errorf("state %d does not get the page %s", s, want)
		}
	}
}

func TestAWaitingPageCostsNoAllocation(t *testing.T) {
	p := mustNew(t, testSite())
	w := inTheLine()
	w.Message = "Größe <10>"
	buf := make([]byte, 0, 48<<10)
	if n := testing.AllocsPerRun(100, func() { buf = p.AppendWait(buf[:0], 0, w) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPagesAreSafeForConcurrentUse(t *testing.T) {
	p := mustNew(t, testSite())
	want := p.AppendWait(nil, 0, inTheLine())
	done := make(chan bool)
	for i := range 8 {
		go func() {
			ok := true
			for j := range 50 {
				p.Lang(fmt.Appendf(nil, "de;q=0.%d%d", i, j))
				ok = ok && slices.Equal(want, p.AppendWait(nil, 0, inTheLine()))
			}
			done <- ok
		}()
	}
	for range 8 {
		if !<-done {
			t.Error("a page differs")
		}
	}
}

func BenchmarkWaitingPage(b *testing.B) {
	p := mustNew(b, testSite())
	w := inTheLine()
	buf := make([]byte, 0, 8<<10)
	b.ReportAllocs()
	for b.Loop() {
		buf = p.AppendWait(buf[:0], 0, w)
	}
	b.ReportMetric(float64(len(buf)), "B/page")
}
