package gateway

import (
	"strings"
	"time"

	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/internal/web"
)

// A script of the site that is answered with a problem can bring its person to the line and back: the state says what is the
// matter, and the link, which the body repeats, is a page to send the window to. The type of each problem is a URL that answers
// with what it means and what a program does about it, in English, for those who write one.

// meaning is what a kind of problem means.
type meaning struct{ title, text string }

// problems are the kinds, by the last part of their type.
var problems = map[string]meaning{
	"no-pass": {
		"This site has a waiting room",
		"The browser holds no valid pass, so the request was not sent to the site. Only a page load can get a place. " +
			"Send the window to the URL in the field \"url\", and repeat the request when its page is loaded again.",
	},
	"in-line": {
		"You are in line",
		"The browser holds a place in the line, and it is not its turn yet. The request was not sent to the site. " +
			"Send the window to the URL in the field \"url\": it shows the place and leads back.",
	},
	"no-page": {
		"This is a page",
		"The address is one that people look at in a window. Send the window there; a script gets nothing from it.",
	},
	"pass-ended": {
		"Your time inside has ended",
		"The request was not sent to the site, because the stay of its browser has ended. Keep what was entered, send the window " +
			"to the URL in the field \"url\", and send the request again afterwards.",
	},
	"stay-networks":        {"This pass is used from too many networks", "Wait as long as Retry-After says, or go back to the network that was used before."},
	"stay-busy":            {"This pass has too many requests under way", "The request was not sent to the site. Wait as long as Retry-After says and repeat it; make fewer at once."},
	"other-origin":         {"This is not for other sites", "The address takes requests of the pages of its own host only."},
	"unknown-room":         {"There is no such room here", "The room that the query names is not served at this host. Load the site's page again."},
	"no-draw":              {"There is no record of such a draw", "The room has no draw, or none of the opening that the query names. Without one in the query all records are answered."},
	"unknown-host":         {"No site of this name is served here", "The name in the request belongs to no room. Check the address."},
	"ambiguous-path":       {"The path can be read in several ways", "Servers would not agree on which page this path names. Use its plain spelling."},
	"path-encoding":        {"The path is not in UTF-8", "What it names depends on the encoding that a server believes it is in. Write it in UTF-8."},
	"not-found":            {"There is nothing here", "The gateway answers no such address. Check it."},
	"method":               {"This method is not for this address", "The field Allow, if there is one, names the methods that the address takes."},
	"internal":             {"Something went wrong here", "The fault is the gateway's, and its log says more. Try again in a few minutes."},
	"backend-down":         {"The site behind does not answer", "No server of the site could be reached. Wait as long as Retry-After says, or some seconds, and try again."},
	"backend-timeout":      {"The site behind does not answer", "The site took too long. It may have received the request: check before a form is sent again."},
	"backend-answer":       {"The site behind does not answer", "What the site answered is no HTTP. It may have received the request: check before a form is sent again."},
	"backend-busy":         {"The site behind does not answer", "The site has as many requests as it can take. The request was not sent. Wait as long as Retry-After says."},
	"stopping":             {"The gateway stops", "The request was not sent. Try again in some seconds."},
	"form-sent":            {"The form was sent before", "The site has answered it, and the answer was too long to be given again. Check before it is sent again."},
	"client-gone":          {"The client has left", "Nobody reads this answer."},
	"request-timeout":      {"The request took too long to arrive", "Check the connection and send it again."},
	"body-too-large":       {"The request body is too large", "Send less at once."},
	"body-not-allowed":     {"This method has no body", "Send the request without one."},
	"bad-request":          {"The request was refused", "It cannot be understood in one way only. Correct it."},
	"request-line":         {"The request line is malformed", "RFC 9112 section 3 says how it reads."},
	"version":              {"This version of HTTP is not spoken here", "Use HTTP/1.1."},
	"target":               {"The address in the request is malformed", "RFC 9112 section 3.2 says how it reads."},
	"url-too-long":         {"The address in the request is too long", "Begin at the site's start page."},
	"host":                 {"The request does not name one valid host", "Send one field Host."},
	"other-host":           {"The request names two different hosts", "The host of the target and the field Host must be the same."},
	"header-field":         {"A header field is malformed", "RFC 9112 section 5 says how it reads."},
	"header-too-large":     {"The request has too many or too long header fields", "Send fewer. Do not delete the cookies of this site for it: the place in the line is one of them."},
	"line-end":             {"A line of the request does not end as it must", "Lines end with CR LF."},
	"framing":              {"The length of the request body is not clear", "Send one Content-Length, or Transfer-Encoding: chunked."},
	"expectation":          {"The request expects what cannot be met", "Only 100-continue is."},
	"not-tls":              {"This site is reached by https", "The proxy before the gateway does not say that the visitor came by TLS. Its operator has to."},
	"too-many":             {"There are too many requests without a pass", "Wait as long as Retry-After says. What has a pass is not bounded so."},
	"too-many-connections": {"Too many connections from this network", "Wait as long as Retry-After says."},
	"connections-full":     {"Too many connections are open here", "Wait as long as Retry-After says."},
}

// way is where a script sends its window: the page it belongs to, whose load gets a place; or by way of the waiting page, which
// leads back there, if the visitor has a place or the page is not one of this room.
func (e *exchange) way() string {
	back := e.g.backTo(e.v)
	if e.purpose != visiting {
		back = e.target()
	}
	path, _, _ := strings.Cut(back, "?")
	room, verdict := e.r.table.match(e.v.Host(), []byte(path))
	if e.carries != carriesTicket && verdict == route.Line && room == e.r {
		return back
	}
	return e.g.waitURL(e.r, e.v, back)
}

// stateForScript is the state of the visitor's place as far as this gateway knows, and when a program may ask again. It is no heartbeat.
func (e *exchange) stateForScript() (web.State, time.Duration) {
	switch {
	case e.carries == carriesTicket:
		a := e.r.Line.Glance(e.r.placeOf(&e.ticket))
		state := e.r.statusOf(&a, -1).State
		return state, e.r.programsComeBack(state, &a.Start)
	case e.carries == carriesEndedPass && e.resumable:
		return web.Resume, problemRetry
	default:
		return web.None, e.r.programsComeBack(web.None, nil)
	}
}
