package httpx

import (
	"fmt"
	"html"
	"net"
)

// LongestURL is how many bytes of an own head one URL may take. nginx reads 4 KiB of an answer's head by default and answers
// 502 to more, so a head of ours must not grow with what was asked for.
const LongestURL = 2 << 10

// Redirect leads to a URL: by a redirect of that status, or, if the URL is too long for a head, by a page that loads it at
// once. Such a page repeats no method and no body, so it is for GET and HEAD, and for a redirect that makes them of others (303).
func (v *Visit) Redirect(status int, to string, extra ...string) {
	if len(to) <= LongestURL {
		v.Answer(status, "", nil, append([]string{"Location", to}, extra...)...)
		return
	}
	url := html.EscapeString(asciiURL(to))
	body := make([]byte, 0, 256+2*len(url)+len(v.host))
	body = append(body, `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="0;url=`...)
	body = append(append(body, url...), `"><title>`...)
	body = append(append(body, html.EscapeString(v.host)...), `</title><p><a href="`...)
	body = append(append(body, url...), `">`...)
	body = append(append(body, html.EscapeString(v.host)...), " →</a>\n"...)
	v.Answer(200, "text/html; charset=utf-8", body, extra...)
}

// OnThisHost makes a path safe to be sent to. "//elsewhere" is a path in a request, but a host in a reference, and
// browsers read a backslash as a slash: a link to this site would lead to another one. A dot segment in front is
// dropped by the browser after it has told host from path (RFC 3986 §5.3), so the path stays what it was.
func OnThisHost(target string) string {
	if len(target) > 1 && (target[1] == '/' || target[1] == '\\') {
		return "/." + target
	}
	return target
}

// asciiURL writes the bytes above ASCII as browsers do that find them in a Location: each as it is, whatever encoding it was.
func asciiURL(url string) string {
	out := make([]byte, 0, len(url)+64)
	for i := range len(url) {
		if c := url[i]; c < 0x80 {
			out = append(out, c)
		} else {
			out = fmt.Appendf(out, "%%%02X", c)
		}
	}
	return string(out)
}

// RedirectToHTTPS sends visitors that came without TLS to the same URL with it. Those by TLS, and those of a host that is not
// ours, go on to next: nobody is sent to a name because he asked for it. port is the public HTTPS port; "443" is left out
// of URLs. The answer is 308, which keeps method and body (RFC 9110 §15.4.9).
func RedirectToHTTPS(port string, ours func(host string) bool, next Handler) Handler {
	return func(v *Visit) {
		if v.Secure() || v.Host() != "" && !ours(v.Host()) {
			next(v)
			return
		}
		if v.Host() == "" || v.Target()[0] != '/' {
			v.Fault(FaultHost) // HTTP/1.0 without Host, or "*": there is no URL to send anybody to
			return
		}
		to := "https://" + authority(v.Host(), port) + string(v.Target())
		if len(to) > LongestURL && v.Method() != "GET" && v.Method() != "HEAD" {
			v.Fault(FaultURILength)
			return
		}
		v.Redirect(308, to)
	}
}

// authority joins a host, IPv6 in its brackets already, and a port.
func authority(host, port string) string {
	switch {
	case port == "443":
		return host
	case host[0] == '[':
		return host + ":" + port
	}
	return net.JoinHostPort(host, port)
}
