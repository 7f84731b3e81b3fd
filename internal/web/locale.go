package web

import (
	"errors"
	"fmt"

	"golang.org/x/text/language"
)

// locale is everything in one language, compiled.
type locale struct {
	tag      string
	name     string // of the language in itself, HTML
	choice   string // what the choice of language is called, HTML
	langTag  language.Tag
	grouping grouping

	estimates    estimates
	aheadNone    phrase
	aheadExact   plurals
	aheadAbout   plurals
	aheadMore    plurals
	keptPromises plurals
	worse        phrase
	stale        phrase
	staleOf      phrase
	printed      phrase
	inApp        []segment
	claimSoon    phrase
	claimMinutes plurals
	claimAgain   phrase
	claimEnds    phrase
	links        linkWords
	reloads      reloadWords
	stay         stayWords
	formWait     formWaitWords

	startsSoon    phrase
	startsMinutes plurals
	startsLater   phrase

	chance [chances]phrase

	calendar calendar
	// of an entry for a calendar, as plain text
	event, eventText string
	next             [nexts]phrase

	tabAhead    phrase
	tabTurn     phrase
	errorStatus phrase
	// what names the fault to those who help: by telephone, or where the site has none
	toldByPhone, reference phrase

	site siteName
	// of a site that has a title, a contact
	header, logoHeader, help, callUs, others []segment

	wait    [pageStates]*page
	heading [pageStates]phrase
	lead    [pageStates]phrase
	errors  map[int]*page
	retry   *page
	form    *page
	notSent [formEndings]*page
	crowded [2][2]*page // see crowdedPages
	over    [endings]*page
	shut    [endings]*page // the same while no numbers are given
	press   *page
	window  *page
	cookies *page
	draw    drawWords
	// of a place that goes on in another browser
	move, take *page
	badLink    [badLinks]*page
	qrName     phrase
	place      placeWords
	door       doorWords
}

func compileLocale(c *catalog, in *inline, prefix string) (*locale, error) {
	l := &locale{
		tag: c.tag.String(), name: escaped(c.text("language.name")), choice: escaped(c.text("language.choice")), langTag: c.tag, grouping: groupingOf(c.tag),
		estimates: c.estimates(),
		aheadNone: c.phrase(c.text("ahead.none")), aheadExact: c.plurals("ahead.exact"), aheadAbout: c.plurals("ahead.about"),
		aheadMore: c.plurals("ahead.more"), keptPromises: c.plurals("how.kept"), worse: c.phrase(c.text("estimate.worse")),
		stale: c.phrase(c.text("connection.stale")), staleOf: c.phrase(c.text("connection.stale_of")),
		claimSoon: c.phrase(c.text("claim.soon")), claimMinutes: c.plurals("claim.minutes"),
		claimAgain: c.phrase(c.text("claim.again")), claimEnds: c.phrase(c.text("claim.ends")),
		startsSoon: c.phrase(c.text("starts.soon")), startsMinutes: c.plurals("starts.minutes"), startsLater: c.phrase(c.text("starts.later")),
		chance: c.chances(), calendar: c.calendar(), next: c.nexts(),
		links: c.linkWords(), reloads: c.reloadWords(), stay: c.stayWords(), formWait: c.formWaitWords(), tabAhead: c.phrase(c.text("tab.ahead")), tabTurn: c.phrase(c.text("tab.turn")),
		errorStatus: c.phrase(c.text("label.error")), toldByPhone: c.phrase(c.text("label.error_call")), reference: c.phrase(c.text("label.reference")),
	}
	l.printed = c.phrase(c.text("print.at"))
	l.event, l.eventText = c.text("event.name"), c.text("event.text")
	l.site = c.siteName()
	k, err := newCompiler(c, in, prefix)
	if err != nil {
		return nil, err
	}
	return l, errors.Join(l.compileLayout(k), l.compileWait(k), l.compileNotices(k), l.compileCrowded(k), l.compileDraw(k), l.compileDoor(k), l.compileDevice(k), l.compilePlace(k), errors.Join(c.errs...))
}

// compileLayout compiles what a page has only if its site has a title or a contact.
func (l *locale) compileLayout(k *compiler) error {
	for _, p := range []struct {
		into *[]segment
		name string
	}{{&l.header, "site-header"}, {&l.logoHeader, "logo-header"}, {&l.help, "help"}, {&l.callUs, "call-us"}, {&l.others, "others"}, {&l.inApp, "in-app"}, {&l.reloads.still, "still"}} {
		var err error
		if *p.into, err = k.part(p.name, view{}); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
