package web

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// aDraw is a draw of 812 lots, of which the visitor has one.
func aDraw() Draw {
	return Draw{
		Stage: DrawDone, Public: PublicDrand, Lots: 1812, Epoch: 7, Ticket: 37, Lot: 37, Place: 1005, Number: 1006,
		Seal: strings.Repeat("6d", 32), Round: 123456, Secret: strings.Repeat("00", 32), Value: strings.Repeat("fe", 32), Seed: strings.Repeat("d1", 32),
		Record: "/.einlass/draw.json?room=termine", Again: "/.einlass/draw?room=termine", Back: "/.einlass/wait?room=termine&to=/",
	}
}

// words is what a page says, without what only the script shows.
func words(page []byte) string {
	text := regexp.MustCompile(`(?s)<(p|li|section|h2)[^>]* hidden>.*?</`).ReplaceAllString(string(page), "</")
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, "\n")
}

func TestThePageOfADrawSaysWhatIsKnown(t *testing.T) {
	p := mustNew(t, testSite())
	for name, tt := range map[string]struct {
		change func(*Draw)
		says   []string
		not    []string
	}{
		"before the start": {func(d *Draw) {
			d.Stage, d.Place, d.Number, d.Lots, d.Secret, d.Value, d.Seed, d.Round = DrawAnnounced, 0, 0, 0, "", "", "", 0
		}, []string{"The order is drawn by lot", "Your lot", "37", "Seal", strings.Repeat("6d", 32), "It is from drand, a public service."}, []string{"Secret number", "Place drawn", "Lots in all", "The draw has failed"}},
		"frozen":            {func(d *Draw) { d.Stage, d.Place, d.Number, d.Secret, d.Value, d.Seed = DrawFrozen, 0, 0, "", "", "" }, []string{"The draw is under way", "1,812", "Round of drand", "123456"}, []string{"Place drawn", "Combined number"}},
		"drawn":             {func(*Draw) {}, []string{"The order has been drawn", "Place drawn", "1,005", "Your number", "1,006", "Combined number", strings.Repeat("d1", 32)}, []string{"did not come in time", "You have no lot"}},
		"no lot":            {func(d *Draw) { d.Lot, d.Place, d.Number = 0, 0, 0 }, []string{"You have no lot in this draw", "1,812"}, []string{"Your lot", "Place drawn"}},
		"no lot yet":        {func(d *Draw) { d.Stage, d.Lot, d.Lots = DrawAnnounced, 0, 0 }, []string{"You have no lot yet."}, []string{"You have no lot in"}},
		"late":              {func(d *Draw) { d.Fallback = true }, []string{"The public random value of drand did not come in time. The order was drawn by the sealed secret alone."}, []string{"is added"}},
		"nothing was typed": {func(d *Draw) { d.Fallback, d.Public = true, PublicTyped }, []string{"was not entered in time. The order was drawn by the sealed secret alone."}, nil},
		"typed":             {func(d *Draw) { d.Public, d.Line, d.Round = PublicTyped, "<4 & 9>", 0 }, []string{"we enter a public random value", "&lt;4 &amp; 9&gt;"}, []string{"Round of drand"}},
		"alone":             {func(d *Draw) { d.Public, d.Round, d.Value = PublicNone, 0, "" }, []string{"There is no public random value"}, []string{"Public random value\n"}},
		"failed":            {func(d *Draw) { d.Stage, d.Seed = DrawFailed, "" }, []string{"The draw has failed", "order of arrival"}, []string{"Combined number"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := aDraw()
			tt.change(&d)
			got := words(p.AppendDraw(nil, 0, &d))
			for _, want := range tt.says {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not said:\n%s", want, got)
				}
			}
			for _, no := range tt.not {
				if strings.Contains(got, no) {
					t.Errorf("%q is said:\n%s", no, got)
				}
			}
		})
	}
}

// The script computes with what the page brings: the ticket as it is, the place as it was told.
func TestThePageOfADrawBringsWhatItsScriptReads(t *testing.T) {
	d := aDraw()
	d.Next = 15 * time.Second
	page := string(mustNew(t, testSite()).AppendDraw(nil, 0, &d))
	want := ` data-record="/.einlass/draw.json?room=termine" data-epoch="7" data-number="37" data-place="1005" data-next="15000">`
	if !strings.Contains(page, want) {
		t.Errorf("the page lacks %s:\n%s", want, page)
	}
	if !strings.Contains(page, `content="15;url=/.einlass/draw?room=termine"`) {
		t.Error("it does not load again without script")
	}
	program := string(mustScript(t, scriptParts["draw"][2:]))
	for _, name := range regexp.MustCompile(`data\.(\w+)`).FindAllStringSubmatch(program, -1) {
		if !strings.Contains(page, " data-"+name[1]+`="`) {
			t.Errorf("the page has no data-%s", name[1])
		}
	}
	for _, what := range regexp.MustCompile(`\['([^\]]*)'\]`).FindStringSubmatch(program)[1:] {
		for _, name := range strings.Split(what, "', '") {
			for _, end := range []string{"-fits", "-fails"} {
				if !strings.Contains(page, `id="`+name+end+`"`) {
					t.Errorf("the page has no sentence %s%s", name, end)
				}
			}
		}
	}
}

func TestTheWaitingPageSaysWhatTheDrawHasDecided(t *testing.T) {
	p := mustNew(t, testSite())
	for news, want := range map[DrawNews]string{
		DrawComes: "how the order is drawn", Drawn: "drawn by lot. You can check that", DrawnAlone: "drawn by the sealed secret alone", NotDrawn: "The draw has failed",
	} {
		w := inTheLine()
		w.Draw = news
		page, poll := string(p.AppendWait(nil, 0, w)), string(p.AppendStatus(nil, 0, &w.Status))
		if !strings.Contains(page, `<p id="draw"><span id="draw-news">`) || !strings.Contains(page, want) || !strings.Contains(poll, want) {
			t.Errorf("%q is not said:\n%s\n%s", want, page, poll)
		}
		if !strings.Contains(page, `href="/.einlass/draw?room=termine&amp;lang=en" target="_blank" rel="noopener"`) {
			t.Errorf("no link:\n%s", page)
		}
	}
	w := inTheLine()
	if page, poll := string(p.AppendWait(nil, 0, w)), string(p.AppendStatus(nil, 0, &w.Status)); !strings.Contains(page, `<p id="draw" hidden>`) || strings.Contains(poll, `"draw"`) {
		t.Errorf("a draw where there is none:\n%s\n%s", page, poll)
	}
}

// The number that a lot has drawn is said with how many there are, in the groups of the language.
func TestTheWaitingPageSaysWhatTheLotHasDrawn(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	for i, want := range [][2]string{
		{"Ihre Nummer ist jetzt 312 von 9.823. Das Los hat Ihre Nummer bestimmt.", "Ihre Nummer ist jetzt 10.312. Das ist Platz 312 von 9.823. Das Los"},
		{"Your number is now 312 of 9,823. Your number was drawn by lot.", "Your number is now 10,312. That is place 312 of 9,823. Your number"},
	} {
		for j, number := range []uint64{312, 10312} {
			w := inTheLine()
			w.Number, w.Draw, w.Place, w.Lots = number, Drawn, 312, 9823
			page, poll := string(p.AppendWait(nil, Lang(i), w)), string(p.AppendStatus(nil, Lang(i), &w.Status))
			if !strings.Contains(page, want[j]) || !strings.Contains(poll, `"draw":"`+want[j]) {
				t.Errorf("%q is not in\n%s\n%s", want[j], poll, page)
			}
			w.Draw = DrawComes
			if page := string(p.AppendWait(nil, Lang(i), w)); strings.Contains(page, "9.823") || strings.Contains(page, "9,823") {
				t.Error("it is said before the draw")
			}
		}
	}
}
