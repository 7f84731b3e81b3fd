package route

import "testing"

func TestRulesThatNoPathCouldMeetAreRefused(t *testing.T) {
	for _, rule := range []string{
		"", "termine", "/a?b", "/a#b", "/a/*", "/a//b", "/./a", "/a/..", "/...", "/a%2fb", "/a%5cb", "/a%zz", "/a\x00", `/a\b`,
		"/a;b", "//", "/%ff",
	} {
		if clean, err := ParseRule(rule); err == nil {
			t.Errorf("%q was accepted as %q", rule, clean.path)
		}
	}
	for rule, want := range map[string]string{"/": "", "/a/": "/a", "/b%C3%BCrger": "/bürger", "/.well-known": "/.well-known"} {
		if clean, err := ParseRule(rule); err != nil || clean.path != want {
			t.Errorf("%q is %q, %v; want %q", rule, clean.path, err, want)
		}
	}
}
