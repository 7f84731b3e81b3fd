package visitor

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"time"
)

// Data is the number in an attribute data-NAME of a waiting page's body element, -1 if there is none: "next" is the time until
// the first poll in milliseconds, "ahead" how many people are ahead.
func (a *Answer) Data(name string) int64 {
	_, rest, ok := bytes.Cut(a.Body, []byte(" data-"+name+`="`))
	if !ok {
		return -1
	}
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// FirstPoll is how long a waiting page waits before it polls, within the bounds of Status.Interval.
func (a *Answer) FirstPoll() time.Duration {
	s := Status{Next: a.Data("next")}
	return s.Interval()
}

// joins is where the button leads of a page for somebody who has no place any more. A page that says so of itself is no other's: the site
// may have forms like this one.
func (a *Answer) joins() (target string, ok bool) {
	if a.State != "none" {
		return "", false
	}
	_, rest, ok := bytes.Cut(a.Body, []byte(`<form method="post" action="`))
	if !ok {
		return "", false
	}
	action, _, ok := bytes.Cut(rest, []byte(`"`))
	return html.UnescapeString(string(action)), ok
}

// Refresh is when and where a waiting page wants to be loaded again in a browser without script, or false.
func (a *Answer) Refresh() (after time.Duration, target string, ok bool) {
	_, rest, ok := bytes.Cut(a.Body, []byte(`<meta http-equiv="refresh" content="`))
	if !ok {
		return 0, "", false
	}
	content, _, _ := bytes.Cut(rest, []byte(`"`))
	digits, url, ok := strings.Cut(string(content), ";url=")
	seconds, err := strconv.Atoi(digits)
	if !ok || err != nil || seconds < 0 {
		return 0, "", false
	}
	return time.Duration(seconds) * time.Second, html.UnescapeString(url), true
}
