package gateway

import (
	"bytes"
	"strings"
	"sync"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
)

// Answers that a script or another program reads.

// hasParam is the version of the text that the page of a poll has, which it is not sent again.
const hasParam = "text"

// statusBuffers holds buffers of the size of an answer to a poll; Visit.Answer copies out of them.
var statusBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 2<<10); return &b }}

// answerStatus is the answer to a poll. A program that names the entity tag of its last answer is told if nothing is new.
func (e *exchange) answerStatus(s *web.Status) {
	buf := statusBuffers.Get().(*[]byte)
	defer statusBuffers.Put(buf)
	s.Now, s.Zoned = e.r.clock()
	s.Has = param(e.v.Query(), hasParam)
	*buf = e.r.Pages.AppendStatus((*buf)[:0], e.langOf(), s)
	tag := web.StatusTag(*buf)
	if e.v.Method() == "GET" && bytes.Contains(e.v.Header("If-None-Match"), []byte(tag)) {
		e.v.Answer(304, "", nil, "ETag", tag)
		return
	}
	e.v.Answer(200, web.JSONType, *buf, "ETag", tag)
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
