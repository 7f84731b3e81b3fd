package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/einlass/einlass/internal/splice"
)

//go:embed pages/*.html
var pageFiles embed.FS

// slot names a value that is only known when the page is sent. In a template's output it is a NUL followed by
// the slot's letter, which no text can contain.
type slot byte

const (
	slotNone slot = iota
	slotTitle
	slotReload
	slotReloadTo
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
	slotMessageLang
	slotHideMessage
	slotHideStale
	slotStale
	slotStaleOf
	slotPrinted
	slotHidePrinted
	slotStart
	slotInApp
	slotHideLast
	slotCame
	slotHideCame
	slotStarts
	slotRawStarts
	slotHideStarts
	slotClock
	slotEntry
	slotSwitch
	slotAbsent
	slotNews
	slotStay
	slotHideSwitch
	slotStill
	slotHideMoves
	slotHideStay
	slotAnew
	slotHeld
	slotJoinTo
	slotSwitchTo
	slotHideEstimate
	slotComing
	slotCalendar
	slotEntryAt
	slotHideCalendar
	slotHideComing
	slotJoin
	slotHideJoin
	slotShut
	slotFormWait
	slotTakes
	slotHideTakes
	slotLate
	slotOthers
	slotKept
	slotHideKept
	slotReference
	slotHeader
	slotOwnStyle
	slotLogo
	slotFooter
	slotCallUs
	slotContact
	slotSite
	slotSiteName
	slotTabName
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
	"title": slotTitle, "reload": slotReload, "reload-to": slotReloadTo, "reloads": slotReloads, "hide-reloads": slotHideReloads,
	"next": slotNext, "target": slotTarget, "back": slotBack,
	"number": slotNumber, "raw-number": slotRawNumber, "hide-number": slotHideNumber,
	"ahead": slotAhead, "raw-ahead": slotRawAhead, "low": slotLow, "high": slotHigh, "hide-ahead": slotHideAhead, "more": slotMore, "hide-more": slotHideMore, "estimate": slotEstimate, "chance": slotChance, "said-chance": slotSaidChance, "hide-chance": slotHideChance, "worse": slotWorse, "hide-worse": slotHideWorse,
	"claim": slotClaim, "hide-claim": slotHideClaim, "message": slotMessage, "message-lang": slotMessageLang, "hide-message": slotHideMessage,
	"hide-stale": slotHideStale, "stale": slotStale, "stale-of": slotStaleOf, "printed": slotPrinted, "hide-printed": slotHidePrinted, "start": slotStart, "in-app": slotInApp, "hide-last": slotHideLast, "reference": slotReference,
	"came": slotCame, "hide-came": slotHideCame, "starts": slotStarts, "raw-starts": slotRawStarts, "hide-starts": slotHideStarts,
	"clock": slotClock, "entry": slotEntry, "switch": slotSwitch, "switch-to": slotSwitchTo, "join-to": slotJoinTo, "absent": slotAbsent, "news": slotNews, "stay": slotStay, "still": slotStill, "hide-switch": slotHideSwitch, "hide-moves": slotHideMoves, "hide-stay": slotHideStay, "anew": slotAnew, "coming": slotComing, "calendar": slotCalendar, "entry-at": slotEntryAt, "hide-calendar": slotHideCalendar, "hide-coming": slotHideComing, "join": slotJoin, "hide-join": slotHideJoin, "shut": slotShut, "form-wait": slotFormWait, "takes": slotTakes, "hide-takes": slotHideTakes, "late": slotLate, "others": slotOthers,
	"kept": slotKept, "hide-kept": slotHideKept,
	"header": slotHeader, "own-style": slotOwnStyle, "logo": slotLogo, "footer": slotFooter, "call-us": slotCallUs, "contact": slotContact, "site": slotSite,
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
	Title   string // HTML, the heading as the browser's window has it
	Heading string // HTML
	Lead    string // HTML
	Reloads bool   // reloads by itself without script
	Shut    bool   // no numbers are given at present
	Form    bool   // is the answer to a form: loading it again would lose what was written
}

// compiler makes the pages of one language.
type compiler struct {
	catalog *catalog
	inline  *inline
	// what pages begin with: the waiting page, the others
	waitHead, head *splice.Block
	state          string
	set            *template.Template
	soft           *strings.Replacer
}

func newCompiler(c *catalog, in *inline, prefix string) (*compiler, error) {
	k := &compiler{catalog: c, soft: softened(c.tag), inline: in}
	set, err := template.New("").Funcs(template.FuncMap{
		"t": k.text, "unreviewed": k.unreviewed, "raw": k.scriptText, "slot": slotMark, "in": k.in, "only": k.only,
		"lang": c.tag.String, "counts": titleCounts,
		"style": func(kind string) string {
			if kind == "wait" {
				return in.waitStyle
			}
			return in.style
		},
		"icon":  func() string { return in.icon },
		"guard": func() string { return in.guard },
		// what is there whenever the gateway is
		"probe": func() string { return prefix + "/client.js" },
	}).ParseFS(pageFiles, "pages/*.html")
	if err != nil {
		return nil, err
	}
	k.set = set
	for kind, into := range map[string]**splice.Block{"wait": &k.waitHead, "": &k.head} {
		var head bytes.Buffer
		if err := set.ExecuteTemplate(&head, "head", view{Page: kind}); err != nil {
			return nil, err
		}
		*into = splice.NewBlock(bytes.TrimSpace(head.Bytes()))
	}
	return k, nil
}

// text is a message as HTML. Only the site's title and name may be filled in here.
func (k *compiler) text(id string) (string, error) {
	var html strings.Builder
	for _, part := range k.catalog.phrase(k.catalog.text(id)) {
		html.WriteString(part.text[inHTML])
		switch part.mark {
		case markNone:
		case markTitle:
			html.WriteString(codeOf(slotSite))
		case markSite:
			html.WriteString(codeOf(slotSiteName))
		default:
			return "", fmt.Errorf("message %q has a value that this page does not have", id)
		}
	}
	return k.soft.Replace(html.String()), nil
}

// unreviewed says that nobody of those for whom the language is made has signed its sentences; empty: somebody has, or need not.
func (k *compiler) unreviewed() (string, error) {
	text, err := k.text("language.unreviewed")
	if !k.catalog.about.unreviewed() {
		return "", err
	}
	return text, err
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

// compile makes a page.
func (k *compiler) compile(name string, v view) (*page, error) {
	segments, err := k.part(name, v)
	if err != nil {
		return nil, err
	}
	kind, err := kindOf(segments)
	if err != nil {
		return nil, err
	}
	if kind != "wait" {
		return newPage(k.head, segments, k.inline.tailOf(kind))
	}
	pg, err := newPage(k.waitHead, segments, k.inline.tailOf(kind))
	if err == nil {
		pg.numbered = true
	}
	return pg, err
}

// part runs a template and cuts its output at the slots.
func (k *compiler) part(name string, v view) ([]segment, error) {
	k.state = v.State
	var out bytes.Buffer
	if err := k.set.ExecuteTemplate(&out, name, v); err != nil {
		return nil, err
	}
	var pg []segment
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
