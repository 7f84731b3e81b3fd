package gateway_test

import (
	"strings"
	"testing"
)

const hint = "<h2>Open in your browser</h2>"

// What browsers of apps say of themselves; versions and devices are examples.
var appAgents = map[string]string{
	"WebView":       "Mozilla/5.0 (Linux; Android 10; K; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.0.0 Mobile Safari/537.36",
	"Facebook":      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/460.0.0.0.1;FBDV/iPhone14,5]",
	"on Android":    "Mozilla/5.0 (Linux; Android 13; SM-A536B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/460.0.0.0;]",
	"Instagram":     "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 330.0.0.0 (iPhone14,5; iOS 17_5; de_DE)",
	"LINE":          "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/14.5.0",
	"WeChat":        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49 NetType/WIFI",
	"WhatsApp":      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 WhatsApp/24.10.78",
	"Messenger, wv": "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.0.0 Mobile Safari/537.36 [FB_IAB/Orca-Android;]",
}

// Browsers that are nobody's.
var ownAgents = map[string]string{
	"Chrome, Android":  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36",
	"Safari, iPhone":   "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
	"Firefox, Android": "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0",
	"Samsung":          "Mozilla/5.0 (Linux; Android 13; SM-A536B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
	"Edge, Windows":    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0",
	"none":             "",
}

// In the browser of an app a place can be taken along to the visitor's own. No other browser is said to be one.
func TestTheBrowserOfAnAppIsOfferedTheWayOut(t *testing.T) {
	s := newFixture(t, trickle)
	b := s.waiting(4)
	for name, agent := range appAgents {
		page := b.load("GET", "/", "User-Agent", agent).body
		if !strings.Contains(page, hint) || !strings.Contains(page, `<form method="post" action="/.einlass/move?room=termine"><p><button>Show the link</button>`) {
			t.Errorf("%s is not offered its way:\n%s", name, page)
		}
	}
	for name, agent := range ownAgents {
		if page := b.load("GET", "/", "User-Agent", agent).body; strings.Contains(page, hint) {
			t.Errorf("%s is told that it is an app", name)
		}
	}
	move := b.load("POST", "/.einlass/move?room=termine", append(ownPage, "User-Agent", appAgents["WhatsApp"])...)
	move.want(t, 200, "text/html")
	if !strings.Contains(move.body, "/.einlass/take?") {
		t.Errorf("there is no link:\n%s", move.body)
	}
}

// Who has no place takes none along.
func TestTheBrowserOfAnAppIsOfferedNothingWithoutAPlace(t *testing.T) {
	s := newFixture(t, closed)
	s.closeDoor()
	if page := s.browser().load("GET", "/", "User-Agent", appAgents["WebView"]).body; strings.Contains(page, hint) {
		t.Errorf("the closed room offers a way:\n%s", page)
	}
}
