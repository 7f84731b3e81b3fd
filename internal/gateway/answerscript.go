package gateway

import (
	"strings"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
)

// Answers that a script or another program reads.

// answerStatus is the answer to a poll.
func (e *exchange) answerStatus(s *web.Status) {
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	s.Now, s.Zoned = e.r.clock()
	*buf = e.r.Pages.AppendStatus((*buf)[:0], e.langOf(), s)
	e.v.Answer(200, web.JSONType, *buf)
}

// problem answers with an RFC 9457 body.
func (g *Gateway) problem(v *httpx.Visit, status int, kind, title string, headers []string) {
	p := web.Problem{Status: status, Type: g.Prefix + "/problems/" + kind, Title: title}
	v.Answer(status, web.ProblemType, web.AppendProblem(nil, &p), headers...)
}

// tellScript answers a request that is no page load with what its script can act on.
func (e *exchange) tellScript(status int, kind string) {
	to := e.way()
	state, after := e.stateForScript()
	if state == web.Ended && kind == "in-line" {
		kind = "no-pass" // the line has ended with its opening
	}
	headers := append(append(retryAfter(status, after), "Einlass-State", state.String()), linkTo(to)...)
	p := web.Problem{Status: status, Type: e.g.Prefix + "/problems/" + kind, Title: problems[kind].title, URL: to}
	e.v.Answer(status, web.ProblemType, web.AppendProblem(nil, &p), headers...)
}

// crowdedScript is crowded for a script, whose person is still inside. Where it only has to wait it gets no URL: a script that
// sent its window away would lose what is entered there.
func (e *exchange) crowdedScript(kind, title string, networks bool, headers []string) {
	p := web.Problem{Status: 429, Type: e.g.Prefix + "/problems/" + kind, Title: title}
	if e.held != heldEnded && e.carries == carriesPass {
		headers = append(headers, "Einlass-State", web.Inside.String())
	}
	if networks {
		p.URL = e.way()
		headers = append(headers, linkTo(p.URL)...)
	}
	e.v.Answer(429, web.ProblemType, web.AppendProblem(nil, &p), headers...)
}

// linkTo is the field by which a script is told of a page. A URL that is too long for a head stands in the body alone.
func linkTo(page string) []string {
	if len(page) > httpx.LongestURL {
		return nil
	}
	return []string{"Link", "<" + strings.ReplaceAll(page, ">", "%3E") + `>; rel="alternate"; type="text/html"`}
}
