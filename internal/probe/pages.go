package probe

import (
	"net/http"
	"strings"
)

// probeCookie is the cookie that an answer sets, nil if there is none.
func probeCookie(r *reply) *http.Cookie {
	for _, c := range r.Cookies() {
		if strings.HasSuffix(c.Name, CookieRoom) {
			return c
		}
	}
	return nil
}

// cookies judges whether cookies come to the visitor as the gateway sets them, and back.
func (c *client) cookies(all *findings, first, again *reply) {
	cookie := probeCookie(first)
	if cookie == nil {
		all.bad("have the front pass Set-Cookie on", "the gateway's cookie does not reach the visitor: nobody could keep a place")
		return
	}
	switch https := c.base.Scheme == "https"; {
	case https && (!cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-")) && first.seen.Secure:
		all.bad("have the front leave Set-Cookie alone", "the front changes the gateway's cookies: Secure or __Host- is missing")
	case https && !cookie.Secure:
		all.bad("have the gateway see https, as above", "cookies are not Secure")
	case cookie.Path != "/" || cookie.Domain != "":
		all.bad("have the front leave Set-Cookie alone", "the front changes path or domain of the gateway's cookies")
	case cookie.Secure:
		all.good("cookies are Secure")
	}
	if again != nil && again.seen != nil {
		all.check(again.seen.Cookie, "cookies come back to the gateway", "a visitor's cookie does not come back to the gateway", "have the front pass Cookie on")
	}
}

// caches judges whether the front keeps our answers. The two questions had one URL.
func (c *client) caches(all *findings, first, again *reply) {
	const mend = "have the front keep nothing that says Cache-Control: no-store"
	control := first.Header.Get("Cache-Control")
	switch {
	case again != nil && again.stale:
		all.bad(mend, "the front keeps the gateway's pages: one visitor would get another's place")
	case !strings.Contains(control, "no-store"):
		all.bad("have the front leave Cache-Control alone", "the front changes Cache-Control of the gateway's pages to %q: browsers would keep them", control)
	case first.Header.Get("Age") != "":
		all.warn(mend, "the front says of the gateway's page how old it is, as a cache does")
	default:
		all.good("the front does not keep the gateway's pages")
	}
}
