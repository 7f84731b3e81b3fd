package web

import (
	"errors"

	"golang.org/x/text/language"
)

// locale is everything in one language, compiled.
type locale struct {
	tag      string
	langTag  language.Tag
	grouping grouping

	estimates    estimates
	aheadNone    phrase
	aheadExact   plurals
	aheadAbout   plurals
	aheadMore    plurals
	claimSoon    phrase
	claimMinutes plurals
	reloads      plurals
	tabAhead     phrase
	errorStatus  phrase
	reference    phrase

	wait     [pageStates]page
	waitTabs [pageStates]string // the document's title where no count is shown
	errors   map[int]page
	retry    page
	form     page
	lapsed   page
	crowded  [2][2]page // see crowdedPages
	early    page
	over     [endings]page
	press    page
	window   page
	cookies  page
}

func (p *Pages) compile(c *catalog, assets assetURLs) (*locale, error) {
	l := &locale{
		tag: c.tag.String(), langTag: c.tag, grouping: groupingOf(c.tag),
		estimates: c.estimates(),
		aheadNone: c.phrase(c.text("ahead.none")), aheadExact: c.plurals("ahead.exact"), aheadAbout: c.plurals("ahead.about"),
		aheadMore: c.plurals("ahead.more"),
		claimSoon: c.phrase(c.text("claim.soon")), claimMinutes: c.plurals("claim.minutes"),
		reloads: c.plurals("know.reloads"), tabAhead: c.phrase(c.text("tab.ahead")),
		errorStatus: c.phrase(c.text("label.error")), reference: c.phrase(c.text("label.reference")),
	}
	var err error
	if assets.script, err = p.addScript(l.tag, scriptTexts(c, l.grouping)); err != nil {
		return nil, err
	}
	k, err := p.newCompiler(c, assets)
	if err != nil {
		return nil, err
	}
	return l, errors.Join(l.compileWait(k), l.compileNotices(k), l.compileCrowded(k), errors.Join(c.errs...))
}

// scriptTexts are the messages that the script needs, as it reads them.
func scriptTexts(c *catalog, g grouping) map[string]any {
	states := map[string]any{}
	for s := range pageStates {
		states[s.String()] = []string{c.text("state." + s.String() + ".heading"), c.text("state." + s.String() + ".lead")}
	}
	texts := map[string]any{
		"lang": c.tag.String(), "separator": string(g), "state": states,
	}
	for _, id := range []string{
		"tab.ahead", "tab.turn", "ahead.none", "estimate.unknown", "estimate.full", "estimate.soon", "estimate.minutes",
		"estimate.span", "estimate.single", "estimate.longest", "estimate.more", "estimate.clock",
		"duration.minutes", "duration.hours", "duration.both", "claim.soon", "label.updated",
		"bell.ask", "bell.full", "bell.sound", "bell.off", "connection.lost", "connection.found",
		"interruption.answers",
	} {
		texts[id] = c.text(id)
	}
	for _, id := range []string{"ahead.exact", "ahead.about", "ahead.more", "estimate.upto", "estimate.about", "claim.minutes"} {
		texts[id] = c.plural(id)
	}
	return texts
}
