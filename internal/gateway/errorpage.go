package gateway

import "github.com/einlass/einlass/internal/web"

// ErrorPage renders a fault that the boundary found before any room was known. It is the page the boundary is
// given, so that all pages look alike. See httpx.Page.
func (g *Gateway) ErrorPage(
	status int, kind string, navigation bool, host string, acceptLanguage []byte,
) (contentType string, body []byte, headers []string) {
	if !navigation {
		p := web.Problem{Status: status, Type: g.Prefix + "/problems/" + kind, Title: "The request was refused"}
		return web.ProblemType, web.AppendProblem(nil, &p), nil
	}
	pages, room := g.pagesAt(host)
	ref := g.noteFault(room, status, kind)
	return web.HTMLType, pages.AppendError(nil, pages.Lang(acceptLanguage), status, ref), withReference(pages.Headers(), ref)
}

// pagesAt are the pages of the only room that has a host by name, and its id. At any other host, whose room nobody can tell, they name
// none, and nobody's telephone.
func (g *Gateway) pagesAt(host string) (pages *web.Site, room string) {
	t := g.table.Load()
	var only *Room
	for i, r := range t.rooms {
		switch {
		case host == "" || !t.Router.Names(i, host):
		case only != nil:
			return g.Library.Neutral(), ""
		default:
			only = r
		}
	}
	if only == nil {
		return g.Library.Neutral(), ""
	}
	return only.Pages, only.ID
}
