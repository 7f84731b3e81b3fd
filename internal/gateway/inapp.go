package gateway

import (
	"bytes"

	"github.com/einlass/einlass/internal/httpx"
)

// A link in a message or a post is often opened by the app's own browser, which has cookies of its own, and many a one forgets them. Its
// visitors are offered the way to their own browser while they have a place.

// appTokens are what such browsers say of themselves in User-Agent: Android's WebView by "; wv)" (Android Developers Blog, "User-Agent Reduction
// on Android WebView", 2024), Facebook and Messenger, Instagram, LINE, WeChat and WhatsApp by their names. An app that opens links in the
// system's browser, or in a view of it, says nothing and needs nothing.
var appTokens = [][]byte{
	[]byte("; wv)"), []byte("FBAN/"), []byte("FBAV/"), []byte("FB_IAB/"), []byte("Instagram "), []byte(" Line/"), []byte("MicroMessenger/"), []byte("WhatsApp/"),
}

// inApp reports whether a visit is by the browser of an app.
func inApp(v *httpx.Visit) bool {
	agent := v.Header("User-Agent")
	for _, token := range appTokens {
		if bytes.Contains(agent, token) {
			return true
		}
	}
	return false
}
