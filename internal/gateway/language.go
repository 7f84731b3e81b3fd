package gateway

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
)

// Whoever chooses a language at the foot of a page gets it for a day, and comes back to the page. The choice claims nothing and
// gives no number that the page itself would not give: a place stays what it is.

// langMark introduces the chosen language in an own URL, for browsers that keep no cookies.
const langMark = "&lang="

// pagesByGet are the own URLs, behind the prefix, that can be loaded again as they are. What a form has asked for is left for the
// waiting page, which says where the visitor stands.
var pagesByGet = []string{"door", "draw", "place", "take"}

// lang is the language of a page: the chosen one, else one that the browser asks for, else the first of the room.
func (g *Gateway) lang(r *Room, v *httpx.Visit) web.Lang {
	if l, ok := r.Pages.LangOf(r.rememberedLang(v)); ok {
		return l
	}
	if bytes.HasPrefix(v.Path(), g.prefix) { // on the site's URLs the parameter is the site's
		if l, ok := r.Pages.LangOf(param(ownQuery(v.Query()), "lang")); ok {
			return l
		}
	}
	return r.Pages.Lang(v.Header("Accept-Language"))
}

// langOf is the language of the page that polls, as its URL says. Pages of the release before do not say it.
func (e *exchange) langOf() web.Lang {
	if l, ok := e.r.Pages.LangOf(param(e.v.Query(), "lang")); ok {
		return l
	}
	return e.g.lang(e.r, e.v)
}

// spokenMark is what an own URL carries of the language that was chosen for this one.
func (e *exchange) spokenMark() string {
	if !bytes.HasPrefix(e.v.Path(), e.g.prefix) {
		return ""
	}
	tag := param(ownQuery(e.v.Query()), "lang")
	if _, ok := e.r.Pages.LangOf(tag); len(tag) == 0 || !ok {
		return ""
	}
	return langMark + string(tag)
}

// serveLanguage remembers a language and leads back to the page on which it was chosen. A tag that the room does not have changes
// nothing: the page may be one of before a reload of the configuration.
func (e *exchange) serveLanguage() {
	mark := e.spokenMark()
	if mark != "" {
		e.r.rememberLang(e.v, strings.TrimPrefix(mark, langMark))
	}
	e.v.Redirect(303, e.spokenPage(mark))
}

// spokenPage is the URL of the page that the choice was made on. The browser's Referer names it; the parameter to, which a browser
// encodes as it does all values of a form, stands in for a Referer that is not sent.
func (e *exchange) spokenPage(mark string) string {
	u := pageBefore(e.v)
	if u == nil {
		return e.pageOf(e.g.formTarget(e.v.Query()), mark)
	}
	from := u.RequestURI()
	name, own := strings.CutPrefix(from, string(e.g.prefix))
	if !own {
		return e.pageOf(from, mark)
	}
	name, query, _ := strings.Cut(name, "?")
	if !slices.Contains(pagesByGet, name) {
		// Of what the page has said nothing is repeated: the place is asked about anew.
		return e.g.ownURL(e.r, e.v, "wait", mark+bareMark, e.g.target([]byte(query)))
	}
	if query != "" {
		query = "&" + query
	}
	params, to, leads := strings.Cut(query, toParam)
	if leads {
		to = toParam + to
	}
	return e.g.Prefix + "/" + name + "?" + strings.TrimPrefix(without(params, langMark)+mark+to, "&")
}

// pageOf is the URL by which the page of a target says where this visitor stands. Who carries a place or the memory of one is not
// led to the site's URL: loading that would claim a turn, or take a new number.
func (e *exchange) pageOf(target, mark string) string {
	target = httpx.OnThisHost(target)
	held := param(e.v.Query(), strings.Trim(heldMark, "&=")) != nil
	if e.readCookie(); e.carries == carriesNothing && !held || e.carries == carriesPass {
		return target
	}
	return e.g.ownURL(e.r, e.v, "wait", mark+bareMark, target)
}

// formTarget is the parameter to of a form of ours: a path of the site, else its root.
func (g *Gateway) formTarget(query []byte) string {
	to, err := url.QueryUnescape(string(param(query, "to")))
	if err != nil {
		return "/"
	}
	u, err := url.ParseRequestURI(to)
	if err != nil || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, string(g.prefix)) {
		return "/"
	}
	return u.RequestURI()
}

// without is a query, which begins with an ampersand, without the parameter that a mark introduces.
func without(query, mark string) string {
	before, after, found := strings.Cut(query, mark)
	if !found {
		return query
	}
	if i := strings.IndexByte(after, '&'); i >= 0 {
		return before + after[i:]
	}
	return before
}
