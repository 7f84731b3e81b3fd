package survey

import (
	"net/url"
	"slices"
	"strings"
)

// framed says who may show the site in a frame, and what it shows in frames itself.
func (l *looker) framed(r *Report, a *answer, p *page, g *gathering) {
	policies := a.header.Values("Content-Security-Policy")
	old := strings.ToUpper(strings.TrimSpace(a.header.Get("X-Frame-Options")))
	stated := false
	for _, policy := range policies { // in a meta element frame-ancestors means nothing (CSP3 §6.4.2)
		for _, source := range directive(policy, "frame-ancestors") {
			stated = true
			if at := ancestor(source); at != "" && !slices.Contains(r.Ancestors, at) && len(r.Ancestors) < maxCalls {
				r.Ancestors = append(r.Ancestors, at)
			}
		}
	}
	switch {
	case len(r.Ancestors) > 0:
		r.add("frame_ancestors", "The site may be shown in frames of "+some(r.Ancestors)+" (frame-ancestors).", "They are taken over, so that the waiting room is shown there too.")
	case stated, old != "":
		r.add("frame_ancestors", "The site lets no other page show it in a frame.", "")
	default:
		r.add("frame_ancestors", "The site lets every page show it in a frame; the waiting room is shown in none but the site's own.",
			"If a page of the town has the site in a frame, name it in frame_ancestors.")
	}
	var here, there []string
	for _, to := range p.frames {
		switch u := g.web(g.base, to); {
		case u == nil:
		case l.own(u):
			here = append(here, pathOf(u))
		default:
			there = append(there, u.Host)
		}
	}
	if len(here) > 0 {
		r.add("frames", "The page has frames of the site itself: "+some(here)+".", "Nothing: they are served to who is inside.")
	}
	if len(there) > 0 {
		r.add("frames", "The page has frames of other hosts, which are not behind the gateway: "+some(slices.Compact(there))+".", "")
	}
	for _, policy := range append(slices.Clone(policies), p.policies...) {
		if sources := scripts(policy); sources != nil && !slices.ContainsFunc(sources, func(s string) bool { return s == "'self'" || s == "*" }) {
			r.add("policy", "The site's Content-Security-Policy forbids scripts of its own host.", "Without 'self' in script-src its pages cannot include /.einlass/client.js, which is optional.")
			break
		}
	}
}

// scripts are the sources of scripts in a policy; nil: any.
func scripts(policy string) []string {
	if sources := directive(policy, "script-src"); sources != nil {
		return sources
	}
	return directive(policy, "default-src")
}

// directive is the value of a directive of a policy; nil: it is not there.
func directive(policy, name string) []string {
	for one := range strings.SplitSeq(policy, ";") {
		if fields := strings.Fields(one); len(fields) > 0 && strings.EqualFold(fields[0], name) {
			return append([]string{}, fields[1:]...)
		}
	}
	return nil
}

// ancestor is a source of frame-ancestors as an origin that a configuration takes; empty: it is none.
func ancestor(source string) string {
	scheme, rest, ok := strings.Cut(strings.ToLower(source), "://")
	if !ok || scheme != "https" && scheme != "http" {
		return ""
	}
	rest = strings.TrimSuffix(rest, "/")
	name, wild := strings.CutPrefix(rest, "*.")
	u, err := url.Parse(scheme + "://" + name)
	if err != nil || u.Host != name || !isHost(u.Hostname()) || u.Port() != "" && (len(u.Port()) > 5 || u.Port() > "65535" && len(u.Port()) == 5 || u.Port()[0] == '0') {
		return ""
	}
	if wild && !strings.Contains(name, ".") {
		return ""
	}
	return scheme + "://" + rest
}

// isHost reports whether a name is one of letters, digits and hyphens in labels (RFC 1123 §2.1).
func isHost(name string) bool {
	if len(name) == 0 || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}
