package config

import (
	"strings"
	"testing"
)

func TestABoundThatTheRateCannotReachIsWarnedOf(t *testing.T) {
	const (
		silent   = "5m57s" // of a stay, as assumed with idle 10m and nothing said of pages
		rules    = "finish: [{path: /done}]"
		rate30   = "pace: {rate: 30, max_inside: 60}, "
		notMore  = "60 lets in 30 a minute only if a stay counts for 2m0s or less, and visits last 2m0s (session.visit)"
		atAnyEnd = ", or rules in finish, or a site that sends Einlass-Finish (60 or more)"
	)
	for room, want := range map[string]string{
		// Without ground nothing is said.
		rate30 + "mode: run":                                    "",
		rate30 + "session: {page: 1m}":                          "",
		"pace: {rate: 30, max_inside: 0}, session: {visit: 2m}": "",
		"pace: {rate: 0, max_inside: 60}, session: {visit: 2m}": "",
		// Enough.
		rate30 + "session: {visit: 2m}, " + rules:                                 "",
		"pace: {rate: 30, max_inside: 239}, session: {visit: 2m}":                 "",
		"pace: {rate: 30, max_inside: 80}, session: {visit: 2m, page: 1m}":        "",
		"pace: {rate: 30, max_inside: 360, inside: strict}, session: {visit: 2m}": "",
		// Not enough.
		rate30 + "session: {visit: 2m}": notMore + "; without rules in finish each counts for " + silent + " more, by session.idle 10m0s, until the room has learned its " +
			"visitors' habits: that is 7.54 a minute; want 239 or more" + atAnyEnd + ", or the longest time that people sit on one page in session.page",
		rate30 + "session: {visit: 2m, page: 1m}": notMore + "; without rules in finish each counts for 38s more, by session.idle 10m0s and session.page 1m0s, until " +
			"the room has learned its visitors' habits: that is 22.8 a minute; want 79 or more" + atAnyEnd,
		"pace: {rate: 30, max_inside: 359, inside: strict}, session: {visit: 2m}": "359 lets in 30 a minute only if a stay counts for 11m58s or less, and visits last 2m0s " +
			"(session.visit); without rules in finish each counts for 10m0s more, by session.idle 10m0s and pace.inside strict: that is 29.9 a minute; want 360 or more" + atAnyEnd,
		"pace: {rate: 40, max_inside: 60}, session: {visit: 2m}, " + rules: "60 lets in 40 a minute only if a stay counts for 1m30s or less, and visits last 2m0s " +
			"(session.visit): that is 30 a minute; want 80 or more",
	} {
		c, err := loadText("listen: {http: \":8080\"}\nrooms: [{id: a, backend: {url: \"http://127.0.0.1:8000\"}, "+room+"}]\n", nil, nil)
		if err != nil {
			t.Errorf("%s: %v", room, err)
			continue
		}
		var got []string
		for _, p := range c.Warnings() {
			got = append(got, p.Error())
		}
		if want != "" {
			want = "rooms[0].pace.max_inside: " + want
		}
		if all := strings.Join(got, "\n"); all != want {
			t.Errorf("%s: warned of\n%s\nwant\n%s", room, all, want)
		}
	}
}
