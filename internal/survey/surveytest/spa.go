package surveytest

import (
	"fmt"
	"net/http"
	"path"
)

const spaPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bookings</title>
<script type="module" crossorigin src="/assets/index-4f8c1b2a.js"></script>
<link rel="modulepreload" href="/assets/vendor-9d3e77aa.js">
<link rel="stylesheet" href="/assets/index-0c1d2e3f.css">
<link rel="manifest" href="/manifest.webmanifest">
</head><body><div id="app"></div></body></html>`

var spaFiles = map[string]string{
	"/assets/index-4f8c1b2a.js": "import{r as e}from\"./vendor-9d3e77aa.js\";if(\"serviceWorker\"in navigator){navigator.serviceWorker.register(\"/sw.js\",{scope:\"/\"})}" +
		"const t=new WebSocket(`wss://${location.host}/live/slots`);const n=new EventSource('/api/events');" +
		"async function a(i){return(await fetch(\"/api/slots?day=\"+i)).json()}async function o(s){return fetch(`/api/bookings/${s}`,{method:\"POST\"})}" +
		"e.get(\"/api/me\");",
	"/assets/vendor-9d3e77aa.js": "export const r={get(u){return fetch(u)}};",
	"/assets/index-0c1d2e3f.css": "body{margin:0}",
	"/sw.js":                     "self.addEventListener('fetch',e=>e.respondWith(caches.match(e.request).then(r=>r||fetch(e.request))))",
	"/manifest.webmanifest":      "{}",
}

// SPA is an application of one page: whatever is no file is answered with the page, as its router wants it.
func SPA() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, isFile := spaFiles[r.URL.Path]
		if !isFile {
			text = spaPage
			w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'self' https://www.stadt.example https://*.kreis.example")
			w.Header().Set("Content-Type", media[".html"])
		} else {
			w.Header().Set("Content-Type", media[path.Ext(r.URL.Path)])
		}
		fmt.Fprint(w, text)
	})
}
