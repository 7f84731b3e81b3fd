package gateway

import (
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
)

// ErrorPage renders a fault that the boundary found before any room was known. It is the page the boundary is
// given, so that all pages look alike. See httpx.Page.
func (g *Gateway) ErrorPage(status int, kind string, reader httpx.Reader) (contentType string, body []byte, headers []string) {
	if !reader.Person {
		p := web.Problem{Status: status, Type: g.Prefix + "/problems/" + kind, Title: "The request was refused"}
		return web.ProblemType, web.AppendProblem(nil, &p), nil
	}
	site, room := g.pagesAt(reader.Host)
	ref := g.noteFault(room, status, kind)
	body = pagesAs(site, reader.Encodings).AppendError(nil, site.Lang(reader.Languages), status, ref)
	return web.HTMLType, body, withEncoding(withReference(site.Headers(), ref), body)
}

// readerOf is who reads a refusal: a person, or a program.
func readerOf(v *httpx.Visit, person bool) httpx.Reader {
	return httpx.Reader{Person: person, Host: v.Host(), Languages: v.Header("Accept-Language"), Encodings: v.Header("Accept-Encoding")}
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
