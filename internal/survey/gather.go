package survey

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// part is a file of the site that its page is made of.
type part struct {
	path   string // as a browser asks for it, without query
	query  string
	role   role
	asked  bool
	status int
	media  string
	scope  string // Service-Worker-Allowed
	// why says why it must not be open: it continues a sentence that begins with the path. Empty: it may be.
	why string
}

// gathering collects what a page is made of.
type gathering struct {
	*looker
	base      *url.URL
	parts     []*part
	byPath    map[string]*part
	pages     []string // paths of the site that are pages, or may be
	links     []anchor // with whole addresses
	elsewhere []string // hosts that parts come from
	tried     int
	does      behaviour
}

func newGathering(l *looker, at string, p *page) *gathering {
	g := &gathering{looker: l, byPath: map[string]*part{}}
	g.base, _ = l.resolve(at, "")
	if p.base != "" {
		if to, err := l.resolve(at, p.base); err == nil {
			g.base = to
		}
	}
	begin, _, _ := strings.Cut(at, "?")
	g.pages = append(g.pages, begin)
	for _, to := range p.links {
		if u := g.web(g.base, to.to); u != nil {
			g.links = append(g.links, anchor{u.String(), line(to.text)})
			g.page(u)
		}
	}
	for _, to := range p.pages {
		if u := g.web(g.base, to); u != nil {
			g.page(u)
		}
	}
	g.refs(g.base, p.refs)
	for _, text := range p.scripts {
		g.does.read(text)
	}
	return g
}

// web is an address as a page at base means it; nil: it is none of the web.
func (g *gathering) web(base *url.URL, to string) *url.URL {
	u, err := base.Parse(strings.TrimSpace(to))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil
	}
	u.Fragment, u.RawFragment = "", ""
	return u
}

// page notes a page of the site.
func (g *gathering) page(u *url.URL) {
	if at := pathOf(u); g.own(u) && !slices.Contains(g.pages, at) {
		g.pages = append(g.pages, at)
	}
}

// pathOf is a path as a browser asks for it.
func pathOf(u *url.URL) string {
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}

func (g *gathering) refs(base *url.URL, refs []ref) {
	for _, r := range refs {
		g.add(base, r)
	}
}

// add notes a part, once.
func (g *gathering) add(base *url.URL, r ref) {
	u := g.web(base, r.to)
	if u == nil || len(g.parts) >= maxRefs {
		return
	}
	if !g.own(u) {
		if !slices.Contains(g.elsewhere, u.Host) {
			g.elsewhere = append(g.elsewhere, u.Host)
		}
		return
	}
	at := pathOf(u)
	known := g.byPath[at]
	if known == nil {
		known = &part{path: at, query: u.RawQuery, role: r.role}
		g.byPath[at] = known
		g.parts = append(g.parts, known)
	}
	known.role = max(known.role, r.role)
}

// ask asks for the parts while the site may be asked: styles first, which name others, then scripts, then of each kind some.
func (g *gathering) ask(ctx context.Context) {
	for _, role := range []role{style, script} {
		for i := 0; i < len(g.parts); i++ { // grows
			if g.parts[i].role == role {
				g.askFor(ctx, g.parts[i])
			}
		}
		if role == script {
			g.unnamed(ctx)
		}
	}
	for _, p := range g.inTurn() {
		g.askFor(ctx, p)
	}
}

// inTurn are the other parts, one of each kind and then the next of each, so that no kind takes all requests.
func (g *gathering) inTurn() (all []*part) {
	byKind, kinds := map[string][]*part{}, []string{}
	for _, p := range g.parts {
		if p.role != other {
			continue
		}
		kind := strings.ToLower(path.Ext(p.path))
		if byKind[kind] == nil {
			kinds = append(kinds, kind)
		}
		byKind[kind] = append(byKind[kind], p)
	}
	for i := 0; len(kinds) > 0; i++ {
		kinds = slices.DeleteFunc(kinds, func(kind string) bool { return i >= len(byKind[kind]) })
		for _, kind := range kinds {
			all = append(all, byKind[kind][i])
		}
	}
	return all
}

// askFor asks for a part and judges it. What cannot be asked for stays as it was.
func (g *gathering) askFor(ctx context.Context, p *part) {
	if p.asked || g.spent() || ctx.Err() != nil {
		return
	}
	p.asked = true
	target := p.path
	if p.query != "" {
		target += "?" + p.query
	}
	most := int64(maxHead)
	if p.role != other {
		most = maxBody
	}
	a, err := g.get(ctx, target, most)
	g.tried++
	if err != nil {
		p.why = "was not answered"
		return
	}
	p.judge(a)
	if a.status != http.StatusOK {
		return
	}
	switch at := g.web(g.base, target); {
	case at == nil:
	case p.role == style:
		g.refs(at, stylesRefs(string(a.body)))
	case p.role == script && p.media != "text/html":
		g.does.read(string(a.body))
	}
}

// judge says why an answer is none that everybody may get.
func (p *part) judge(a *answer) {
	p.status, p.media, p.scope = a.status, a.media(), a.header.Get("Service-Worker-Allowed")
	kept := strings.ToLower(strings.Join(a.header.Values("Cache-Control"), ","))
	switch {
	case a.status != http.StatusOK:
		p.why = "answers " + http.StatusText(a.status)
		if a.status >= 300 && a.status < 400 {
			p.why = "redirects"
		}
	case p.media == "text/html", p.media == "application/xhtml+xml":
		p.why = "is answered with a page"
	case len(a.cookies) > 0:
		p.why = "comes with a cookie (" + Shown(a.cookies[0].Name) + ")"
	case strings.Contains(kept, "no-store"), strings.Contains(kept, "private"):
		p.why = "is not for everybody (Cache-Control: " + Shown(kept) + ")"
	}
}

// unnamed asks for what browsers ask for by themselves: the sign of the site, and the scripts of service workers. Where the page registers one
// whose address is not to be read, it is sought at the usual ones. Only what is there is a part.
func (g *gathering) unnamed(ctx context.Context) {
	parts := []ref{{"/favicon.ico", other}}
	at := g.does.workers
	if g.does.registers && len(at) == 0 {
		at = []string{"/sw.js", "/service-worker.js"}
	}
	for _, to := range at {
		parts = append(parts, ref{to, script})
	}
	for _, one := range parts {
		u := g.web(g.base, one.to)
		if u == nil || !g.own(u) || g.byPath[pathOf(u)] != nil {
			continue
		}
		p := &part{path: pathOf(u), query: u.RawQuery, role: one.role}
		g.askFor(ctx, p)
		if p.status == http.StatusOK && p.media != "text/html" {
			g.byPath[p.path] = p
			g.parts = append(g.parts, p)
		} else if p.asked {
			g.tried--
		}
	}
}
