package docs

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

var readmeBlocks = []string{"readme-install", "readme-certificate", "readme-configure", "readme-start", "readme-operate"}

func TestEveryBlockOfTheREADMEIsFollowedInItsOrder(t *testing.T) {
	text := readme(t)
	at := 0
	for _, name := range readmeBlocks {
		i := strings.Index(text, "```sh exercise="+name+"\n")
		if i < at {
			t.Errorf("%s is not there, or not behind the one before", name)
		}
		at = max(at, i)
	}
	if n := len(exercises(t, readmeFile)); n != len(readmeBlocks) {
		t.Errorf("%d blocks, of which %d are followed", n, len(readmeBlocks))
	}
}

// Whoever does what the README says has a waiting room in front of a site, and what it calls open is open.
func TestTheREADMELeadsFromABareMachineToALine(t *testing.T) {
	t.Parallel()
	site := func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".css") {
			w.Header().Set("Content-Type", "text/css")
		}
		_, _ = w.Write([]byte("the site's " + r.URL.Path))
	}
	n := newNewcomer(t, readmeFile, http.HandlerFunc(site))
	for _, name := range readmeBlocks[:4] {
		if out := n.follow(name); name == "readme-start" && !strings.Contains(out, "ok, 1 room(s)") {
			t.Errorf("%s: %s", name, out)
		}
	}
	const host = "https://termine.example.org"
	navigates := []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Accept", "text/html"}
	jar, _ := cookiejar.New(nil)
	n.getIn(jar, host+"/", navigates)
	for _, asks := range []struct {
		name, method, url string
		jar               http.CookieJar
		header            []string
		status            int
		body              string
	}{
		{"a person inside", "GET", "http://termine.example.org/buchen", jar, navigates, 200, "the site's /buchen"},
		{"an open page", "GET", host + "/impressum/wer", nil, navigates, 200, "the site's /impressum/wer"},
		{"its style", "GET", host + "/css/main.css", nil, []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "style"}, 200, "the site's /css/main.css"},
		{"a webhook", "POST", host + "/api/payment-webhook", nil, nil, 200, "the site's /api/payment-webhook"},
		{"a script without a pass", "GET", host + "/api/slots", nil, []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, 429, `"url"`},
	} {
		if status, body := n.ask(asks.jar, asks.method, asks.url, asks.header...); status != asks.status || !strings.Contains(body, asks.body) {
			t.Errorf("%s: %d %.300s", asks.name, status, body)
		}
	}
	if out := n.follow("readme-operate"); !strings.Contains(out, "120 a minute") || !strings.Contains(out, "Wir machen um 10 Uhr weiter.") {
		t.Errorf("what operators do: %s", out)
	}
}
