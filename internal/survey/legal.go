package survey

import (
	"net/url"
	"strings"
)

// legal finds the pages that every public site leads to, by the texts of links and by their addresses, in German and English.
func (g *gathering) legal() (links Links) {
	for _, kind := range []struct {
		to    *string
		words []string
	}{
		{&links.Imprint, []string{"impressum", "imprint", "legal notice"}},
		{&links.Privacy, []string{"datenschutz", "privacy"}},
		{&links.Accessibility, []string{"barrierefrei", "accessibility"}},
	} {
		for _, link := range g.links {
			if *kind.to == "" && says(link, kind.words) {
				*kind.to = g.target(link.to)
			}
		}
	}
	return links
}

func says(link anchor, words []string) bool {
	at, err := url.Parse(link.to)
	if err != nil || len(link.text) > 60 {
		return false
	}
	for _, word := range words {
		if strings.Contains(strings.ToLower(link.text), word) || strings.Contains(strings.ToLower(at.Path), word) {
			return true
		}
	}
	return false
}

// target is a link as a configuration takes it: a path of the site, or https://…; empty: it takes it not.
func (g *gathering) target(to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil, len(to) > 300, strings.Trim(to, linkSigns) != "":
		return ""
	case !g.own(u):
		if u.Scheme == "https" && isHost(strings.ToLower(u.Hostname())) {
			return to
		}
		return ""
	case pathOf(u) == "/" && u.RawQuery == "":
		return ""
	}
	if _, err := ruleOf(pathOf(u)); err != nil {
		return ""
	}
	return u.RequestURI()
}

// linkSigns are the signs of an address that a configuration takes as they are.
const linkSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()+,;=:@/?%"
