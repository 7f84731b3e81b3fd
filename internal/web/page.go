package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

//go:embed pages/*.html
var pageFiles embed.FS

// segment of a page: constant bytes, then the value of a slot.
type segment struct {
	html []byte
	slot slot
}

// page is compiled HTML.
type page []segment

// slot names a value that is only known when the page is sent. In a template's output it is a NUL followed by
// the slot's letter, which no text can contain.
type slot byte

const (
	slotNone slot = iota
	slotTitle
	slotReload
	slotReloads
	slotHideReloads
	slotNext
	slotTarget
	slotBack
	slotNumber
	slotRawNumber
	slotHideNumber
	slotAhead
	slotRawAhead
	slotExact
	slotLow
	slotHigh
	slotHideAhead
	slotMore
	slotHideMore
	slotEstimate
	slotWorse
	slotChance
	slotSaidChance
	slotHideChance
	slotHideWorse
	slotClaim
	slotHideClaim
	slotMessage
	slotHideMessage
	slotHideStale
	slotHideLast
	slotCame
	slotHideCame
	slotStarts
	slotRawStarts
	slotHideStarts
	slotClock
	slotEntry
	slotAnew
	slotComing
	slotHideComing
	slotJoin
	slotHideJoin
	slotShut
	slotOthers
	slotKept
	slotHideKept
	slotReference
	slotHeader
	slotFooter
	slotCallUs
	slotContact
	slotSite
	slotTitleEnd
	slotTitleLang
	slotLanguages
	slotStatus
	slotAsk
	slotAway
	slotLeave
	slotRecord
	slotDrawData
	slotDrawPublic
	slotDrawOwn
	slotDrawValues
	slotDrawNews
	slotHideDraw
	slotDraw
	slotMove
	slotLink
	slotQR
	slotHideOwn
	slotHideFailed
	slotPlaceCode
	slotSpelledCode
	slotHideCode
	slotLine
	slotRoom
	slotHideFound
	slotHideTypo
	slotHideWrong
	slotCode
	slotTypedNumber
	slotInvitation
	slotGroups
	slotHideGroups
	slotHideFree
	slotHideStands
	slotEverybody
	slotHideEverybody
)

var slotNames = map[string]slot{
	"title": slotTitle, "reload": slotReload, "reloads": slotReloads, "hide-reloads": slotHideReloads,
	"next": slotNext, "target": slotTarget, "back": slotBack,
	"number": slotNumber, "raw-number": slotRawNumber, "hide-number": slotHideNumber,
	"ahead": slotAhead, "raw-ahead": slotRawAhead, "exact": slotExact, "low": slotLow, "high": slotHigh, "hide-ahead": slotHideAhead, "more": slotMore, "hide-more": slotHideMore, "estimate": slotEstimate, "chance": slotChance, "said-chance": slotSaidChance, "hide-chance": slotHideChance, "worse": slotWorse, "hide-worse": slotHideWorse,
	"claim": slotClaim, "hide-claim": slotHideClaim, "message": slotMessage, "hide-message": slotHideMessage,
	"hide-stale": slotHideStale, "hide-last": slotHideLast, "reference": slotReference,
	"came": slotCame, "hide-came": slotHideCame, "starts": slotStarts, "raw-starts": slotRawStarts, "hide-starts": slotHideStarts,
	"clock": slotClock, "entry": slotEntry, "anew": slotAnew, "coming": slotComing, "hide-coming": slotHideComing, "join": slotJoin, "hide-join": slotHideJoin, "shut": slotShut, "others": slotOthers,
	"kept": slotKept, "hide-kept": slotHideKept,
	"header": slotHeader, "footer": slotFooter, "call-us": slotCallUs, "contact": slotContact, "site": slotSite,
	"title-lang": slotTitleLang, "languages": slotLanguages,
	"title-end": slotTitleEnd, "status": slotStatus, "ask": slotAsk, "away": slotAway, "leave": slotLeave,
	"record": slotRecord, "draw-data": slotDrawData, "draw-public": slotDrawPublic, "draw-own": slotDrawOwn, "draw-values": slotDrawValues,
	"draw-news": slotDrawNews, "hide-draw": slotHideDraw, "draw": slotDraw,
	"move": slotMove, "link": slotLink, "qr": slotQR, "hide-own": slotHideOwn, "hide-failed": slotHideFailed,
	"place-code": slotPlaceCode, "spelled-code": slotSpelledCode, "hide-code": slotHideCode, "where": slotLine, "room": slotRoom, "hide-found": slotHideFound, "hide-typo": slotHideTypo, "hide-wrong": slotHideWrong,
	"code": slotCode, "typed-number": slotTypedNumber, "invitation": slotInvitation, "groups": slotGroups, "hide-groups": slotHideGroups, "hide-free": slotHideFree,
	"hide-stands": slotHideStands, "everybody": slotEverybody, "hide-everybody": slotHideEverybody,
}

// view is what a template sees beside its functions.
type view struct {
	Page    string // the script's part for this page: wait, retry, form, lapsed, draw, or none
	State   string // of a waiting page, the stage of a draw
	Heading string // HTML
	Lead    string // HTML
	Reloads bool   // reloads by itself without script
	Shut    bool   // no numbers are given at present
}

// compiler makes the pages of one language.
type compiler struct {
	catalog *catalog
	state   string
	set     *template.Template
}

func newCompiler(c *catalog, assets assetURLs) (*compiler, error) {
	k := &compiler{catalog: c}
	set, err := template.New("").Funcs(template.FuncMap{
		"t": k.text, "raw": k.scriptText, "slot": slotMark, "in": k.in, "only": k.only,
		"lang":  c.tag.String,
		"style": func() string { return assets.style },
		"icon":  func() string { return assets.icon },
		"script": func(page string) string {
			if page == "draw" {
				return assets.draw
			}
			return assets.script
		},
	}).ParseFS(pageFiles, "pages/*.html")
	k.set = set
	return k, err
}

// text is a message as HTML. Only the site's title may be filled in here.
func (k *compiler) text(id string) (string, error) {
	var html strings.Builder
	for _, part := range k.catalog.phrase(k.catalog.text(id)) {
		html.WriteString(part.text[inHTML])
		switch part.mark {
		case markNone:
		case markTitle:
			html.WriteString(codeOf(slotSite))
		default:
			return "", fmt.Errorf("message %q has a value that this page does not have", id)
		}
	}
	return html.String(), nil
}

// scriptText is a message that the script fills in, for an attribute: its values stay as they are written, {low}.
func (k *compiler) scriptText(id string) string { return escaped(k.catalog.text(id)) }

// codeOf is what stands for a slot in a template's output.
func codeOf(s slot) string { return string([]byte{0, 'A' + byte(s)}) }

func slotMark(name string) (string, error) {
	s, ok := slotNames[name]
	if !ok {
		return "", fmt.Errorf("unknown slot %q", name)
	}
	return codeOf(s), nil
}

// in marks an element that is there in some states only. The script reads the same list.
func (k *compiler) in(states string) (string, error) {
	list := strings.Fields(states)
	for _, s := range list {
		if !slices.Contains(stateNames[:pageStates], s) {
			return "", fmt.Errorf("unknown state %q", s)
		}
	}
	mark := `data-in="` + states + `"`
	if !slices.Contains(list, k.state) {
		mark += " hidden"
	}
	return mark, nil
}

// only is in for an element that, in its states, is there only with a value: hide is the slot that says so.
func (k *compiler) only(states, hide string) (string, error) {
	mark, err := k.in(states)
	if err != nil || strings.HasSuffix(mark, " hidden") {
		return mark, err
	}
	code, err := slotMark(hide)
	return mark + code, err
}

// compile runs a template and cuts its output at the slots.
func (k *compiler) compile(name string, v view) (page, error) {
	k.state = v.State
	var out bytes.Buffer
	if err := k.set.ExecuteTemplate(&out, name, v); err != nil {
		return nil, err
	}
	var pg page
	html := withoutIndent(out.Bytes())
	for {
		constant, rest, found := bytes.Cut(html, []byte{0})
		if !found {
			return append(pg, segment{bytes.Clone(constant), slotNone}), nil
		}
		if len(rest) == 0 {
			return nil, errors.New("a slot without a name at the end of the page")
		}
		pg = append(pg, segment{bytes.Clone(constant), slot(rest[0] - 'A')})
		html = rest[1:]
	}
}

func withoutIndent(html []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(html) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out.Write(line)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}
