package survey

import (
	"net/http"
	"slices"
	"strings"
)

// jar says what the cookies of the first visit mean for a gateway. Of a cookie only name and attributes are looked at.
func (l *looker) jar(r *Report, a *answer) {
	cookies := append(slices.Clone(l.cookies), a.cookies...)
	var names, ours, insecure, foreign []string
	for _, c := range cookies {
		if slices.Contains(names, c.Name) {
			continue
		}
		names = append(names, c.Name)
		if strings.HasPrefix(c.Name, "einlass-") || strings.HasPrefix(c.Name, "__Host-einlass-") {
			ours = append(ours, c.Name)
		}
		if c.Secure && !l.Secure {
			insecure = append(insecure, c.Name)
		}
		if c.Domain != "" && !l.mayHave(c) {
			foreign = append(foreign, c.Name+" for "+c.Domain)
		}
	}
	if len(names) > 0 {
		r.add("cookies", "The site sets "+some(names)+" at the first visit.", "")
	}
	if len(ours) > 0 {
		r.add("cookies", "Cookies that begin with einlass- are the gateway's own and never reach the site: "+some(ours)+".", "Give them other names on the site.")
	}
	if len(insecure) > 0 {
		r.add("cookies", "Browsers keep "+some(insecure)+" by https alone (Secure).", "Let visitors come by TLS, or they are logged out with each page.")
	}
	if len(foreign) > 0 {
		r.add("cookies", "Browsers drop a cookie of another host: "+some(foreign)+".", "Tell the site the name that visitors type.")
	}
}

// mayHave reports whether a browser at the gateway keeps a cookie with this domain (RFC 6265 §5.3). The gateway makes one of the site's own
// address the visitor's.
func (l *looker) mayHave(c *http.Cookie) bool {
	domain := strings.ToLower(strings.TrimPrefix(c.Domain, "."))
	for _, host := range append([]string{l.host, l.Site.Hostname()}, l.Names...) {
		host = strings.ToLower(host)
		if host != "" && (host == domain || strings.HasSuffix(host, "."+domain)) {
			return true
		}
	}
	return false
}
